/// How far the plastic of a physical card is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fulfilment {
    /// Asked for.
    Ordered,
    /// Embossed.
    Produced,
    /// With the carrier.
    Shipped,
    /// With its holder, who may now activate it.
    Delivered,
    /// Back with the issuer: nobody took it.
    Returned,
}

impl Fulfilment {
    /// Every state, in order; the last two are both an end.
    pub const ALL: [Self; 5] =
        [Self::Ordered, Self::Produced, Self::Shipped, Self::Delivered, Self::Returned];

    /// The state's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Produced => "produced",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }

    /// The state with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the other state may follow; states in between may be left out.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        self.place() < next.place()
    }

    const fn place(self) -> u8 {
        match self {
            Self::Ordered => 0,
            Self::Produced => 1,
            Self::Shipped => 2,
            Self::Delivered | Self::Returned => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plastic_never_goes_back_and_ends_once() {
        for (place, state) in Fulfilment::ALL.into_iter().enumerate() {
            let next = Fulfilment::ALL.into_iter().filter(|next| state.may_become(*next));
            let expected = [4, 3, 2, 0, 0][place];
            assert_eq!(next.count(), expected, "{state:?}");
            assert_eq!(Fulfilment::parse(state.as_str()), Some(state));
        }
        assert!(!Fulfilment::Delivered.may_become(Fulfilment::Returned));
    }
}
