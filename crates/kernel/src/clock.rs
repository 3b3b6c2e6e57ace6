use crate::Timestamp;

/// Where the edge reads the time; commands get the value, never the clock.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// A supply of ids for one command, fixed by its seed: running the command again gives the
/// same ids, so a batch can be rerun without changing what its callers will be told.
///
/// Layout of an id, most significant bit first: 48 bits of milliseconds, 72 random bits, 8 zero
/// bits. The zero byte is the room in which ledger account ids are derived from their owner.
#[derive(Debug, Clone)]
pub struct IdSource {
    next: u128,
}

impl IdSource {
    const STEP: u128 = 1 << 8;
    const RANDOM_BITS: u32 = 72;

    /// A source whose ids sort by `now`; `random` must come from the system's generator.
    #[must_use]
    pub fn new(now: Timestamp, random: [u8; 16]) -> Self {
        let millis = u128::from(now.unix_millis().unsigned_abs());
        let tail = u128::from_be_bytes(random) & ((1 << Self::RANDOM_BITS) - 1);
        Self { next: (millis << 80) | (tail << 8) }
    }

    /// The least id of this moment: ids below it were made before.
    #[must_use]
    pub fn floor(at: Timestamp) -> u128 {
        u128::from(at.unix_millis().unsigned_abs()) << 80
    }

    /// The next id, greater than the one before it.
    pub fn mint(&mut self) -> u128 {
        let id = self.next;
        self.next = id.wrapping_add(Self::STEP);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_and_end_in_a_zero_byte() {
        let mut ids = IdSource::new(Timestamp::from_unix_seconds(1_700_000_000), [0xAB; 16]);
        let (first, second) = (ids.mint(), ids.mint());
        assert!(first < second);
        assert_eq!(first & 0xFF, 0);
        assert_eq!(first >> 80, 1_700_000_000_000);
        assert!(IdSource::floor(Timestamp::from_unix_seconds(1_700_000_000)) <= first);
        assert!(IdSource::floor(Timestamp::from_unix_seconds(1_700_000_001)) > second);
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let at = Timestamp::from_unix_seconds(5);
        assert_eq!(IdSource::new(at, [7; 16]).mint(), IdSource::new(at, [7; 16]).mint());
    }
}
