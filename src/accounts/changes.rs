//! The changes that a user may make to the own profile, read from a PATCH.
//!
//! A field that is absent stays; an explicit null clears it where that has a meaning. What only the server decides
//! (energy, rank, subscription, store ids) is ignored when sent.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

use super::{Email, Password, Username, country};
use crate::platform::Problem;
use crate::platform::extract::can_be_seen;
use crate::platform::problem::FieldError;
use crate::strength::{ScoredAs, Unit};

/// The body of a PATCH. The outer `Option` says whether the field was sent, the inner one whether it was null.
#[derive(Default, Deserialize, garde::Validate, utoipa::ToSchema)]
#[garde(allow_unvalidated)]
#[serde(default)]
pub struct UserUpdate {
    #[serde(deserialize_with = "sent")]
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    username: Option<Option<String>>,
    /// Needs `current_password`.
    #[serde(deserialize_with = "sent")]
    #[schema(format = "email", max_length = 254)]
    email: Option<Option<String>>,
    /// The new password; needs `current_password`.
    #[serde(deserialize_with = "sent")]
    #[schema(min_length = 8, max_length = 256)]
    password: Option<Option<String>>,
    #[serde(deserialize_with = "sent")]
    current_password: Option<Option<String>>,
    /// The code of the second factor, or a recovery code: needed beside `current_password` where the account has one.
    #[serde(deserialize_with = "sent")]
    code: Option<Option<String>>,
    /// 1 to 50 characters.
    #[serde(deserialize_with = "sent")]
    #[schema(max_length = 50)]
    display_name: Option<Option<String>>,
    /// Only null, which removes the picture: a new one is uploaded.
    #[serde(deserialize_with = "sent")]
    avatar_url: Option<Option<String>>,
    /// At most 50 characters; `Male` and `Female` also say how lifts are scored unless `scored_as` is set.
    #[serde(deserialize_with = "sent")]
    #[schema(max_length = 50)]
    gender: Option<Option<String>>,
    /// `men` or `women`.
    #[serde(deserialize_with = "sent")]
    #[schema(pattern = "^(men|women)$")]
    scored_as: Option<Option<String>>,
    /// Body weight in kilograms, above 0 and at most 500; it becomes today's entry of the log.
    #[serde(deserialize_with = "sent")]
    #[schema(exclusive_minimum = 0, maximum = 500)]
    weight: Option<Option<f64>>,
    /// `kg` or `lbs`.
    #[serde(deserialize_with = "sent")]
    #[schema(pattern = "^(kg|lbs)$")]
    preferred_unit: Option<Option<String>>,
    /// Read only where `preferred_unit` is not sent: above 1.5 means pounds.
    #[serde(deserialize_with = "sent")]
    weight_multiplier: Option<Option<f64>>,
    /// 1900 up to this year.
    #[serde(deserialize_with = "sent")]
    #[schema(minimum = 1900)]
    birth_year: Option<Option<i16>>,
    /// Two letters of ISO 3166-1.
    #[serde(deserialize_with = "sent")]
    #[schema(min_length = 2, max_length = 2)]
    country: Option<Option<String>>,
    /// A name of the IANA data base, such as Europe/Berlin; null is UTC.
    #[serde(deserialize_with = "sent")]
    time_zone: Option<Option<String>>,
    /// True: be on no board and in no search, and be there for nobody else.
    #[serde(deserialize_with = "sent")]
    is_private: Option<Option<bool>>,
    /// True: others may read points and class beside the own name, from which the body weight can be computed.
    #[serde(deserialize_with = "sent")]
    shows_points: Option<Option<bool>>,
    /// True: body weight may be kept. False: erase every body weight, of the log and of all lifts.
    #[serde(deserialize_with = "sent")]
    weight_consent: Option<Option<bool>>,
}

fn sent<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// The same, checked. `None` everywhere means: leave it.
#[derive(Default)]
pub struct Changes {
    pub username: Option<Username>,
    pub email: Option<Email>,
    pub password: Option<Password>,
    pub current_password: Option<Password>,
    pub code: Option<String>,
    pub display_name: Option<Option<String>>,
    pub removes_avatar: bool,
    pub gender: Option<Option<String>>,
    pub scored_as: Option<Option<ScoredAs>>,
    pub weight_kg: Option<Option<f64>>,
    pub unit: Option<Unit>,
    pub birth_year: Option<Option<i16>>,
    pub country: Option<Option<String>>,
    pub time_zone: Option<String>,
    pub is_private: Option<bool>,
    pub shows_points: Option<bool>,
    pub weight_consent: Option<bool>,
}

impl Changes {
    /// Whether somebody who holds only a token must not do this.
    pub fn needs_password(&self) -> bool {
        self.email.is_some() || self.password.is_some()
    }

    /// Whether the energy depends on any of it.
    pub fn touch_energy(&self) -> bool {
        self.gender.is_some()
            || self.scored_as.is_some()
            || self.weight_kg.is_some()
            || self.unit.is_some()
            || self.birth_year.is_some()
            || self.weight_consent == Some(false)
    }
}

impl TryFrom<UserUpdate> for Changes {
    type Error = Problem;

    fn try_from(update: UserUpdate) -> Result<Self, Problem> {
        let mut errors = Errors::default();
        let this_year = jiff::Zoned::now().year();
        let changes = Self {
            username: errors.required("username", update.username, |text| Username::parse(&text)),
            email: errors.required("email", update.email, |text| Email::parse(&text)),
            password: errors.required("password", update.password, Password::parse),
            current_password: update.current_password.flatten().map(Password::typed),
            code: update.code.flatten(),
            display_name: errors.optional("display_name", update.display_name, parse_display_name),
            removes_avatar: match update.avatar_url {
                Some(Some(_)) => {
                    errors.add("avatar_url", "can only be null here; upload a picture with PATCH /users/me/avatar");
                    false
                }
                removed => removed.is_some(),
            },
            gender: errors.optional("gender", update.gender, |text| match text.chars().count() {
                0..=50 if !text.contains('\0') => Ok(text),
                _ => Err("must have at most 50 characters"),
            }),
            scored_as: errors
                .optional("scored_as", update.scored_as, |text| ScoredAs::parse(&text).ok_or("must be men or women")),
            weight_kg: errors.optional("weight", update.weight, |kg| match kg {
                kg if kg > 0.0 && kg <= 500.0 => Ok(kg),
                _ => Err("must be above 0 and at most 500 kilograms"),
            }),
            unit: match (update.preferred_unit, update.weight_multiplier.flatten()) {
                (None, Some(multiplier)) if multiplier > 1.5 => Some(Unit::Lbs),
                (None, Some(_)) => Some(Unit::Kg),
                (unit, _) => {
                    errors.required("preferred_unit", unit, |text| Unit::parse(&text).ok_or("must be kg or lbs"))
                }
            },
            birth_year: errors.optional("birth_year", update.birth_year, |year| match year {
                year if (1900..=this_year).contains(&year) => Ok(year),
                _ => Err("must lie between 1900 and this year"),
            }),
            country: errors.optional("country", update.country, |text| {
                country::parse(&text).ok_or("must be two letters of ISO 3166-1, such as DE")
            }),
            time_zone: update.time_zone.and_then(|zone| {
                errors.required("time_zone", Some(Some(zone.unwrap_or_else(|| "UTC".into()))), parse_time_zone)
            }),
            is_private: errors.required("is_private", update.is_private, Ok),
            shows_points: errors.required("shows_points", update.shows_points, Ok),
            weight_consent: errors.required("weight_consent", update.weight_consent, Ok),
        };
        if changes.weight_consent == Some(false) && changes.weight_kg.flatten().is_some() {
            errors.add("weight", "cannot be kept without consent");
        }
        errors.into_result(changes)
    }
}

/// A name to be shown: 1 to 50 characters that can be seen.
pub fn parse_display_name(text: String) -> Result<String, &'static str> {
    let text = text.trim();
    match text.chars().count() {
        1..=50 if can_be_seen(text) => Ok(text.to_owned()),
        _ => Err("must have 1 to 50 characters that can be seen"),
    }
}

fn parse_time_zone(name: String) -> Result<String, &'static str> {
    let zone = TimeZone::get(&name).map_err(|_| "must be a name of the IANA data base, such as Europe/Berlin")?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// Collects what is wrong with the fields of one request.
#[derive(Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    pub fn add(&mut self, field: &str, message: &str) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// A field that cannot be cleared.
    pub fn required<T, U>(
        &mut self,
        field: &str,
        sent: Option<Option<T>>,
        parse: impl FnOnce(T) -> Result<U, &'static str>,
    ) -> Option<U> {
        match sent? {
            Some(value) => parse(value).map_err(|message| self.add(field, message)).ok(),
            None => {
                self.add(field, "must not be null");
                None
            }
        }
    }

    /// A field that null clears.
    pub fn optional<T, U>(
        &mut self,
        field: &str,
        sent: Option<Option<T>>,
        parse: impl FnOnce(T) -> Result<U, &'static str>,
    ) -> Option<Option<U>> {
        match sent? {
            Some(value) => parse(value).map_err(|message| self.add(field, message)).ok().map(Some),
            None => Some(None),
        }
    }

    pub fn into_result<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() { Ok(value) } else { Err(Problem::invalid_fields(self.0)) }
    }
}
