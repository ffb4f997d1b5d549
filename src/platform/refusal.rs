//! Says what is wrong with a value in the words of whoever sent it: the field and what was expected.
//!
//! The value itself is not repeated: it may be a password in the wrong place.

use super::Problem;

/// A refusal of what a path of fields leads to. `place` names the whole where the path is empty.
pub fn refuse(path: String, place: &str, message: &str) -> Problem {
    let field = if path == "." || path == "?" { place.to_owned() } else { path };
    if let Some(missing) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let field = if field == place { missing.to_owned() } else { format!("{field}.{missing}") };
        return Problem::invalid(field, "is missing");
    }
    Problem::invalid(field, explain(message))
}

fn explain(message: &str) -> String {
    // serde_json adds a position, which helps with broken text alone.
    let without_position = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    if let Some((_, expected)) = without_position.rsplit_once(", expected ") {
        return format!("must be {}", in_words(expected));
    }
    match without_position {
        "number out of range" => "is out of range".into(),
        "expected value" => "is not JSON".into(),
        text if text.starts_with("EOF ") => "ends too early to be JSON".into(),
        "invalid digit found in string" | "number too large to fit in target type" => "must be a whole number".into(),
        "number too small to fit in target type" => "must be a whole number".into(),
        text if text.contains("float") || text.ends_with(" to a f64") => "must be a number".into(),
        text => text.to_owned(),
    }
}

fn in_words(expected: &str) -> &str {
    match expected {
        "f64" | "f32" => "a number",
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" => "a whole number",
        "struct" => "an object",
        text if text.starts_with("struct ") => "an object",
        text => text,
    }
}
