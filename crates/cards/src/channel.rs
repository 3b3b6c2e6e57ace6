/// How a card was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// Without the card: on-line, by mail or by telephone.
    Ecommerce,
    /// Held to a reader, plastic or telephone.
    Contactless,
    /// At a cash machine.
    Atm,
    /// By the magnetic stripe, or its digits typed in at a terminal.
    Magstripe,
    /// By the chip in a reader. It cannot be blocked: a card that takes no channel at all is
    /// frozen instead.
    Chip,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] =
        [Self::Ecommerce, Self::Contactless, Self::Atm, Self::Magstripe, Self::Chip];

    /// The channels that may be blocked.
    pub const BLOCKABLE: [Self; 4] =
        [Self::Ecommerce, Self::Contactless, Self::Atm, Self::Magstripe];

    /// The channel's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ecommerce => "ecommerce",
            Self::Contactless => "contactless",
            Self::Atm => "atm",
            Self::Magstripe => "magstripe",
            Self::Chip => "chip",
        }
    }

    /// The channel with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Ecommerce => 1,
            Self::Contactless => 2,
            Self::Atm => 4,
            Self::Magstripe => 8,
            Self::Chip => 16,
        }
    }
}

/// Some of the channels; the default is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelSet(u8);

impl ChannelSet {
    /// No channel.
    pub const NONE: Self = Self(0);
    /// All channels.
    pub const ALL: Self = Self(31);

    /// Whether the set has no channel.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the channel is in the set.
    #[must_use]
    pub const fn contains(self, channel: Channel) -> bool {
        self.0 & channel.bit() != 0
    }

    /// The set with this channel.
    #[must_use]
    pub const fn with(self, channel: Channel) -> Self {
        Self(self.0 | channel.bit())
    }

    /// The set without this channel.
    #[must_use]
    pub const fn without(self, channel: Channel) -> Self {
        Self(self.0 & !channel.bit())
    }

    /// Its channels.
    pub fn iter(self) -> impl Iterator<Item = Channel> {
        Channel::ALL.into_iter().filter(move |channel| self.contains(*channel))
    }
}

impl FromIterator<Channel> for ChannelSet {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        channels.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_added_and_not_taken() {
        let set = ChannelSet::default().with(Channel::Atm).with(Channel::Chip);
        assert!(set.contains(Channel::Atm) && !set.contains(Channel::Magstripe));
        assert_eq!(set.without(Channel::Atm).iter().collect::<Vec<_>>(), [Channel::Chip]);
        assert_eq!(Channel::ALL.into_iter().collect::<ChannelSet>(), ChannelSet::ALL);
    }

    #[test]
    fn words_find_their_channels() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(Channel::parse("fax"), None);
    }
}
