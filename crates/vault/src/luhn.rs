//! The Luhn check digit (ISO/IEC 7812-1, annex B).

/// The check digit, as an ASCII byte, that completes `payload`; `None` if a byte is no digit.
pub(crate) fn check_digit(payload: &[u8]) -> Option<u8> {
    let sum = weighted_sum(payload, Weight::Double)?;
    Some(b'0' + (10 - sum) % 10)
}

/// Whether the last digit of `number` is its check digit; false if a byte is no digit.
pub(crate) fn is_valid(number: &[u8]) -> bool {
    weighted_sum(number, Weight::Single) == Some(0)
}

#[derive(Clone, Copy)]
enum Weight {
    Single,
    Double,
}

/// Weighted sum modulo 10, from the right, where the rightmost digit has the weight `rightmost`.
fn weighted_sum(digits: &[u8], rightmost: Weight) -> Option<u8> {
    let mut weight = rightmost;
    let mut sum = 0;
    for byte in digits.iter().rev() {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        let (value, next) = match weight {
            Weight::Single => (digit, Weight::Double),
            Weight::Double => (digit * 2 / 10 + digit * 2 % 10, Weight::Single),
        };
        sum = (sum + value) % 10;
        weight = next;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::{check_digit, is_valid};

    #[test]
    fn published_numbers_pass() {
        for number in ["79927398713", "4111111111111111", "378282246310005", "5555555555554444"] {
            assert!(is_valid(number.as_bytes()), "{number}");
            let (payload, check) = number.as_bytes().split_at(number.len() - 1);
            assert_eq!(check_digit(payload), check.first().copied());
        }
    }

    #[test]
    fn a_byte_that_is_no_digit_is_refused() {
        assert_eq!(check_digit(b"41x1"), None);
        assert!(!is_valid("4111\u{660}".as_bytes()));
    }
}
