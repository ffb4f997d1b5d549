//! What a handler takes from a request, read and checked; a refusal names the field.

use std::cell::Cell;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use garde::Validate;
use serde::de::DeserializeOwned;

use super::Problem;
use super::problem::FieldError;
use super::refusal::refuse;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 1024 * 1024;

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// True while a request's body is still coming in: whoever is late then is the client.
#[derive(Clone, Default)]
pub struct IsReadingBody(pub Rc<Cell<bool>>);

/// Reads the whole body of a request.
pub fn read_body(request: &HttpRequest, payload: &mut Payload) -> Extraction<Bytes> {
    let reading = request.extensions().get::<IsReadingBody>().cloned().unwrap_or_default();
    let body = Bytes::from_request(request, payload);
    Box::pin(async move {
        reading.0.set(true);
        let body = body.await;
        reading.0.set(false);
        body.map_err(|error| match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("body: is larger than {BODY_LIMIT} bytes"))
            }
            _ => Problem::bad_request("body: did not arrive whole"),
        })
    })
}

/// The kind of a body, without parameters, in lower case.
pub fn content_type(request: &HttpRequest) -> String {
    let header = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads JSON; what is wrong is said with the field that it is in.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // serde would also fill a struct from an array, field by field.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::invalid("body", "must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| refuse(error.path().to_string(), "body", &error.inner().to_string()))?;
    json.end().map_err(|_| Problem::invalid("body", "goes on after its end"))?;
    Ok(value)
}

/// Reads `key=value` pairs, of a query or a form.
pub fn parse_pairs<T: DeserializeOwned>(pairs: &[u8], place: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(pairs));
    serde_path_to_error::deserialize(pairs)
        .map_err(|error| refuse(error.path().to_string(), place, &error.inner().to_string()))
}

/// Applies the rules written on the fields of `value`.
pub fn check<T: Validate<Context = ()>>(value: T) -> Result<T, Problem> {
    match value.validate() {
        Ok(()) => Ok(value),
        Err(report) => Err(Problem::invalid_fields(
            report
                .iter()
                .map(|(path, error)| FieldError { field: path.to_string(), message: error.message().to_owned() })
                .collect(),
        )),
    }
}

/// A rule for names and notes: text that can be shown, and that PostgreSQL can hold.
pub fn printable(text: &str, _: &()) -> garde::Result {
    match can_be_seen(text) {
        true => Ok(()),
        false => Err(garde::Error::new("must be text that can be seen, without control characters")),
    }
}

/// Whether a character takes no room, or turns what follows around: in a name, two that look the same would be different ones.
pub fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character makes what stands after it run the other way.
const fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether something of a text is to be seen, and the text around it stays as it is.
pub fn can_be_seen(text: &str) -> bool {
    text.chars().any(|letter| !letter.is_whitespace() && !is_unseen(letter))
        && !text.chars().any(|l| l.is_control() || turns(l))
}

/// A rule for numbers from a query, where `NaN` and `inf` can be written.
pub fn finite(number: &f64, _: &()) -> garde::Result {
    if number.is_finite() { Ok(()) } else { Err(garde::Error::new("must be a finite number")) }
}

/// A JSON body that follows the rules of its type.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()> + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(request);
        let body = read_body(request, payload);
        Box::pin(async move {
            // Read first, so that the connection can be used again after a refusal.
            let body = body.await?;
            parse_body(&kind, &body).map(Self)
        })
    }
}

/// As [`Body`], where nothing may be sent as well.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default + Validate<Context = ()> + 'static> FromRequest for OptionalBody<T> {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(request);
        let body = read_body(request, payload);
        Box::pin(async move {
            let body = body.await?;
            if [&b""[..], b"null"].contains(&body.trim_ascii()) {
                return Ok(Self(T::default()));
            }
            parse_body(&kind, &body).map(Self)
        })
    }
}

/// One thing and then another: nothing is said about the second to whoever is refused for the first.
pub struct First<A, B>(pub A, pub B);

impl<A: FromRequest<Error = Problem> + 'static, B: FromRequest<Error = Problem> + 'static> FromRequest for First<A, B> {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let first = A::from_request(&request, &mut payload).await?;
            Ok(Self(first, B::from_request(&request, &mut payload).await?))
        })
    }
}

fn parse_body<T: DeserializeOwned + Validate<Context = ()>>(kind: &str, body: &[u8]) -> Result<T, Problem> {
    if !(kind.is_empty() || kind == "application/json" || kind.ends_with("+json")) {
        let detail = "body: is not JSON; send it with Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    check(parse_json(body)?)
}

/// The parameters behind the `?`, which follow the rules of their type.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = parse_pairs(request.query_string().as_bytes(), "query").and_then(check);
        std::future::ready(read.map(Self))
    }
}

/// The parameters in the path.
pub struct Path<T>(T);

impl<T> Path<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Path::<T>::extract(request).into_inner();
        std::future::ready(read.map(|path| Self(path.into_inner())).map_err(|error| {
            let message = error.to_string();
            let is_other = |(name, text): &(&str, &str)| name.ends_with("id") && uuid::Uuid::parse_str(text).is_err();
            match request.match_info().iter().find(is_other).filter(|_| message.contains("UUID")) {
                Some((name, _)) => Problem::invalid(name, "must be a UUID"),
                None => {
                    let names: Vec<_> = request.match_info().iter().map(|(name, _)| name).collect();
                    refuse(names.join(", "), "path", &message)
                }
            }
        }))
    }
}
