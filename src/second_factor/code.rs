//! Codes: those of a generator (RFC 6238: SHA-1, six digits, 30 seconds, one step early or late) and recovery codes.

use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};

use super::Setup;
use crate::platform::{Problem, UserId};

const ISSUER: &str = "repduel";
const SECRET_BYTES: usize = 20;
const RECOVERY_CODES: usize = 10;
/// Of five random bits each, in three groups.
const RECOVERY_LETTERS: usize = 12;
/// Crockford's: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

pub fn new_secret() -> Result<Vec<u8>, Problem> {
    let mut secret = vec![0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(Problem::internal)?;
    Ok(secret)
}

/// What the generator of the user of this name needs.
pub fn setup(secret: &[u8], name: &str) -> Result<Setup, Problem> {
    let totp = totp(secret, name)?;
    Ok(Setup { secret: totp.secret().to_base32(), uri: totp.to_url().map_err(Problem::internal)? })
}

fn totp(secret: &[u8], name: &str) -> Result<Totp, Problem> {
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(name).with_issuer(Some(ISSUER));
    builder.with_skew(1).with_step_duration(30).with_digits(6).build().map_err(Problem::internal)
}

/// A code as it was typed, without what people put between, and with what they misread set right.
pub fn tidy(typed: &str) -> String {
    let letters = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
    let letters = letters.flat_map(char::to_lowercase).map(|letter| match letter {
        'o' => '0',
        'i' | 'l' => '1',
        letter => letter,
    });
    letters.collect()
}

pub fn is_of_generator(tidy: &str) -> bool {
    tidy.len() == 6 && tidy.bytes().all(|byte| byte.is_ascii_digit())
}

/// The time step that a code is of; none when it is wrong.
pub fn step_of(secret: &[u8], typed: &str) -> Result<Option<i64>, Problem> {
    let typed = tidy(typed);
    if !is_of_generator(&typed) {
        return Ok(None);
    }
    let step = totp(secret, ISSUER)?.check(&typed, jiff::Timestamp::now().as_second().unsigned_abs());
    Ok(step.map(u64::cast_signed))
}

pub fn new_recovery_codes() -> Result<Vec<String>, Problem> {
    (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect()
}

fn new_recovery_code() -> Result<String, Problem> {
    let mut random = [0; RECOVERY_LETTERS];
    getrandom::fill(&mut random).map_err(Problem::internal)?;
    let letters: Vec<_> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

/// What is stored of a recovery code. 60 random bits need no slow hash.
pub fn recovery_hash(user: UserId, tidy: &str) -> Vec<u8> {
    Sha256::new().chain_update(user.0).chain_update(tidy).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(tidy(" 123 456"), "123456");
        assert_eq!(tidy("O1Il-ABCD-efgh"), "0111abcdefgh");
        for code in new_recovery_codes().unwrap() {
            assert_eq!(code.len(), 14);
            assert_eq!(tidy(&code).len(), 12);
        }
    }

    #[test]
    fn a_code_is_that_of_rfc_6238() {
        // Appendix B has eight digits; these are the last six of the first.
        let totp = totp(b"12345678901234567890", "ada").unwrap();
        assert_eq!(totp.check("287082", 59), Some(1));
        assert_eq!(totp.check("287082", 59 + 30), Some(1));
        assert_eq!(totp.check("287082", 59 + 61), None);
    }
}
