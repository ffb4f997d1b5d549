//! Codes by which lifters join: short enough to be typed, too many to be guessed.

use crate::platform::Problem;

/// Without I and O, which are read as 1 and 0.
const LETTERS: [u8; 32] = *b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 10;

pub fn new() -> Result<String, Problem> {
    let mut random = [0; LENGTH];
    getrandom::fill(&mut random).map_err(Problem::internal)?;
    Ok(random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// As it was given out, of what somebody typed.
pub fn typed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric()).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_ten_letters_and_read_however_they_are_typed() {
        let code = super::new().unwrap();
        assert!(code.len() == 10 && code.bytes().all(|letter| super::LETTERS.contains(&letter)), "{code}");
        assert_ne!(code, super::new().unwrap());
        assert_eq!(super::typed(" abcde-fghjk\n"), "ABCDEFGHJK");
    }
}
