//! Random cases: what the network sends for a few purchases, then out of order, twice, or with
//! another amount.

use super::steps::{Case, Copy, Kind, Quotes, Sent, Step};

/// SplitMix64 (Steele, Lea, Flood 2014): a seed is all that a case needs.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("small");
        usize::try_from(self.next() % end).expect("small")
    }

    fn cents(&mut self, from: i64, to: i64) -> i64 {
        let span = usize::try_from(to - from + 1).expect("from is not above to");
        from + i64::try_from(self.below(span)).expect("small")
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// The case of a seed.
pub fn case(seed: u64) -> Case {
    let mut random = Random(seed);
    let funds = random.pick(&[0, 5_000, 10_000, 10_000, 20_000]);
    let mut teller = Teller { random, number: 1 };
    let purchases = u32::try_from(1 + teller.random.below(3)).expect("small");
    let stories: Vec<_> = (1..=purchases).map(|purchase| teller.story(purchase)).collect();
    let random = &mut teller.random;
    let mut steps = merged(random, stories);
    disorder(random, &mut steps);
    repeat(random, &mut steps);
    interfere(random, &mut steps);
    Case { funds, steps }
}

struct Teller {
    random: Random,
    number: u32,
}

impl Teller {
    /// What happens with one purchase, in its natural order.
    fn story(&mut self, purchase: u32) -> Vec<Sent> {
        let cents = self.random.cents(100, 9_000);
        let trace = self.random.percent(65);
        let mut story = Vec::new();
        let request = (Kind::Request, cents);
        let single = (Kind::Single, cents);
        let opening = match self.random.below(20) {
            0..14 => Some(request),
            14..17 => Some((Kind::Advice, cents)),
            17..19 => Some(single),
            _ => None,
        };
        if let Some((kind, cents)) = opening {
            story.push(self.sent(kind, purchase, cents, trace));
        }
        for _ in 0..self.random.below(3) {
            let kind = self.random.pick(&[Kind::Request, Kind::Request, Kind::Advice]);
            let cents = self.random.cents(0, 4_000).max(i64::from(kind == Kind::Advice));
            story.push(self.sent(kind, purchase, cents, trace));
        }
        self.reversals(&mut story, 25);
        for _ in 0..self.random.below(3) {
            let clearing = self.clearing(&story, (purchase, cents, trace));
            story.push(clearing);
        }
        self.reversals(&mut story, 45);
        if self.random.percent(35) {
            let cents = self.random.cents(50, cents + 500);
            let refund = self.sent(Kind::Refund, purchase, cents, trace);
            let quotes = self.quotes(&story, trace);
            story.push(Sent { quotes, ..refund });
        }
        self.reversals(&mut story, 20);
        story
    }

    fn sent(&mut self, kind: Kind, purchase: u32, cents: i64, trace: bool) -> Sent {
        let number = self.number;
        self.number += 1;
        let quotes = Quotes { trace: trace && self.random.percent(90), ..Quotes::default() };
        Sent { kind, number, purchase, cents, copy: Copy::First, quotes }
    }

    fn clearing(&mut self, story: &[Sent], (purchase, asked, trace): (u32, i64, bool)) -> Sent {
        let cents = match self.random.below(10) {
            0..4 => asked,
            4..6 => asked + asked / 7,
            6..8 => self.random.cents(1, asked),
            _ => self.random.cents(1, 12_000),
        };
        let kind = if self.random.percent(35) { Kind::EarlyClearing } else { Kind::LastClearing };
        let clearing = self.sent(kind, purchase, cents, trace);
        Sent { quotes: self.quotes(story, trace), ..clearing }
    }

    /// What a later message quotes of the messages before it.
    fn quotes(&mut self, story: &[Sent], trace: bool) -> Quotes {
        let mut quotes = Quotes { trace: trace && self.random.percent(60), ..Quotes::default() };
        let openings: Vec<_> = story
            .iter()
            .filter(|sent| matches!(sent.kind, Kind::Request | Kind::Advice | Kind::Single))
            .map(|sent| sent.number)
            .collect();
        if !openings.is_empty() {
            let number = self.random.pick(&openings);
            quotes.code_of = self.random.percent(50).then_some(number);
            quotes.numbers_of = self.random.percent(30).then_some(number);
        }
        quotes
    }

    /// Maybe takes something back.
    fn reversals(&mut self, story: &mut Vec<Sent>, chance: usize) {
        while self.random.percent(chance) {
            let originals: Vec<_> = story
                .iter()
                .filter(|sent| !matches!(sent.kind, Kind::Reversal { .. }))
                .cloned()
                .collect();
            if originals.is_empty() {
                return;
            }
            let of = self.random.pick(&originals);
            let in_part = self.random.percent(40);
            let remaining = in_part.then(|| self.random.cents(0, of.cents + 200));
            let kind = Kind::Reversal { original: of.number, of: of.kind.mti(), remaining };
            story.push(self.sent(kind, of.purchase, of.cents, of.quotes.trace));
        }
    }
}

/// The stories told at once, each in its own order.
fn merged(random: &mut Random, stories: Vec<Vec<Sent>>) -> Vec<Step> {
    let mut stories: Vec<_> = stories.into_iter().map(Vec::into_iter).collect();
    let mut steps = Vec::new();
    while !stories.is_empty() {
        let at = random.below(stories.len());
        match stories[at].next() {
            Some(sent) => steps.push(Step::Send(sent)),
            None => drop(stories.remove(at)),
        }
    }
    steps
}

fn disorder(random: &mut Random, steps: &mut [Step]) {
    let swaps = match random.below(10) {
        0..4 => 0,
        4..8 => 1 + random.below(3),
        _ => steps.len() * 2,
    };
    for _ in 0..swaps {
        let (one, other) = (random.below(steps.len()), random.below(steps.len()));
        if !steps.is_empty() {
            steps.swap(one, other);
        }
    }
}

/// Sends some messages again, now and then with another amount.
fn repeat(random: &mut Random, steps: &mut Vec<Step>) {
    for _ in 0..random.below(4) {
        let sent: Vec<_> = steps.iter().filter_map(as_sent).cloned().collect();
        if sent.is_empty() {
            return;
        }
        let mut again = random.pick(&sent);
        again.copy = random.pick(&[Copy::Repeat, Copy::Repeat, Copy::First]);
        again.cents += i64::from(random.percent(20));
        insert(random, steps, Step::Send(again));
    }
}

fn as_sent(step: &Step) -> Option<&Sent> {
    if let Step::Send(sent) = step { Some(sent) } else { None }
}

/// What the card's holder does meanwhile, and the calendar.
fn interfere(random: &mut Random, steps: &mut Vec<Step>) {
    if random.percent(20) {
        insert(random, steps, Step::Expire);
    }
    if random.percent(25) {
        let cents = random.cents(100, 8_000);
        insert(random, steps, Step::Load(cents));
    }
    if random.percent(25) {
        let from = insert(random, steps, Step::Freeze);
        let until = from + 1 + random.below(steps.len() - from);
        steps.insert(until, Step::Unfreeze);
    }
}

fn insert(random: &mut Random, steps: &mut Vec<Step>, step: Step) -> usize {
    let at = random.below(steps.len() + 1);
    steps.insert(at, step);
    at
}
