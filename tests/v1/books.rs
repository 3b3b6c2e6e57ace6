//! Live and sandbox never mix: whatever an account does, each book keeps its own sum, and a step
//! touches the book of its object alone.

use std::cell::Cell;

use cardium_app::{CommandResult, Context, Ending, Hints, Unit, UseCase};
use cardium_kernel::{AccountId, Book, CardId, Money};
use cardium_ledger::{LedgerAccountId, Role, Source, open_or_default, recipes};
use cardium_testkit::{Backend, World};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::{
    on_both,
    support::{BOTH, Books, Client, Server, customer::dollars, text},
};

on_both! {
    no_story_moves_money_between_the_books;
    a_load_from_the_other_book_is_refused;
    money_that_crossed_is_noticed;
}

/// Stories a database, unless `PROPTEST_CASES` says otherwise.
const STORIES: u32 = 6;
const STEPS: usize = 16;

/// One step: what, with which of the things at hand, and an amount in cents.
type Step = (u8, u8, i64);

fn story() -> impl Strategy<Value = Vec<Step>> {
    // Money first, or nothing else succeeds.
    let funded = (0_u8..2, any::<u8>(), 20_000_i64..90_000);
    let step = (0_u8..14, any::<u8>(), 1_i64..9_000);
    (prop::collection::vec(funded, 2), prop::collection::vec(step, STEPS))
        .prop_map(|(first, rest)| [first, rest].concat())
}

/// An account in the middle of a story.
struct Actor<'a> {
    server: &'a Server,
    /// What came into each book of the database.
    deposits: &'a Cell<[i64; 2]>,
    session: Client,
    /// Credentials bound to no book, to live and to sandbox; one of them is in use.
    keys: Vec<Client>,
    key: usize,
    cards: Vec<(String, Book)>,
    authorizations: Vec<(String, Book)>,
}

fn book_of(object: &Value) -> Book {
    Book::parse(text(object, "mode")).expect("every object has a mode")
}

impl<'a> Actor<'a> {
    fn new(server: &'a Server, deposits: &'a Cell<[i64; 2]>) -> Self {
        let session = server.sign_up();
        let key = |mode: Value| {
            let made = session.post("/v1/api_keys", &json!({"name": "test", "mode": mode}));
            session.with_token(text(&made.expect(201), "key"))
        };
        let keys = vec![key(Value::Null), key(json!("live")), key(json!("sandbox"))];
        let (cards, authorizations) = (Vec::new(), Vec::new());
        Self { server, deposits, session, keys, key: 0, cards, authorizations }
    }

    fn client(&self) -> &Client {
        &self.keys[self.key]
    }

    /// Posts; the answer of a success, nothing for a refusal. Nothing may break.
    fn post(&self, path: &str, body: &Value) -> Option<Value> {
        let reply = self.client().post(path, body);
        assert!(reply.status < 500, "{path} {body}: {reply:?}");
        (reply.status < 300).then(|| reply.json())
    }

    fn mode(pick: u8) -> Value {
        [Value::Null, json!("live"), json!("sandbox")][usize::from(pick) % 3].clone()
    }

    fn pick(things: &[(String, Book)], pick: u8) -> Option<(String, Book)> {
        let count = things.len().max(1);
        things.get(usize::from(pick) % count).cloned()
    }

    /// Takes a step; says which book it touched, where it had an effect.
    fn act(&mut self, (what, pick, cents): Step) -> Option<Book> {
        match what {
            0 | 1 => self.fund(pick, cents),
            2 => self.issue(pick, cents),
            3 | 4 => self.on_card(pick, "load", &json!({"amount_usd": dollars(cents)})),
            5 => self.on_card(pick, "unload", &json!({"amount_usd": dollars(cents)})),
            6 => self.on_card(pick, "freeze", &json!({})),
            7 => self.on_card(pick, "unfreeze", &json!({})),
            8 if pick < 64 => self.on_card(pick, "cancel", &json!({})),
            8..=10 => self.spend(pick, cents),
            11 => self.follow(pick, "capture"),
            12 => self.follow(pick, "reverse"),
            _ if pick < 128 => self.refund(pick, cents),
            _ => {
                self.key = usize::from(pick) % self.keys.len();
                None
            }
        }
    }

    fn fund(&mut self, pick: u8, cents: i64) -> Option<Book> {
        let amount = dollars(cents.max(2_000));
        let wish = json!({"amount_usd": amount, "mode": Self::mode(pick)});
        let topup = self.post("/v1/topups", &wish)?;
        self.session.deposit(&topup, &json!({}));
        let mut deposits = self.deposits.get();
        let book = book_of(&topup);
        let place = BOTH.iter().position(|other| *other == book)?;
        deposits[place] += cents.max(2_000);
        self.deposits.set(deposits);
        Some(book)
    }

    fn issue(&mut self, pick: u8, cents: i64) -> Option<Book> {
        let wish = json!({"type": "virtual", "bin": "489517", "mode": Self::mode(pick),
            "load_usd": pick.is_multiple_of(2).then(|| dollars(cents.max(100)))});
        let card = self.post("/v1/cards", &wish)?;
        self.cards.push((text(&card, "id").to_owned(), book_of(&card)));
        Some(book_of(&card))
    }

    fn on_card(&self, pick: u8, action: &str, body: &Value) -> Option<Book> {
        let (card, book) = Self::pick(&self.cards, pick)?;
        self.post(&format!("/v1/cards/{card}/{action}"), body).map(|_| book)
    }

    fn spend(&mut self, pick: u8, cents: i64) -> Option<Book> {
        let (card, book) = Self::pick(&self.cards, pick)?;
        let body = json!({"amount_usd": dollars(cents)});
        let step = self.post(&format!("/v1/test/cards/{card}/authorizations"), &body)?;
        assert_eq!(book_of(&step), book);
        if let Some(id) = step["authorization_id"].as_str() {
            self.authorizations.push((id.to_owned(), book));
        }
        Some(book)
    }

    fn follow(&self, pick: u8, action: &str) -> Option<Book> {
        let (id, book) = Self::pick(&self.authorizations, pick)?;
        self.post(&format!("/v1/test/authorizations/{id}/{action}"), &json!({})).map(|_| book)
    }

    fn refund(&self, pick: u8, cents: i64) -> Option<Book> {
        let (card, book) = Self::pick(&self.cards, pick)?;
        let body = json!({"amount_usd": dollars(cents)});
        self.post(&format!("/v1/test/cards/{card}/refunds"), &body).map(|_| book)
    }

    /// Rises with every change of the account's money in each book.
    fn versions(&self) -> [i64; 2] {
        let id = AccountId::parse(self.session.account()).expect("an id").value();
        BOTH.map(|book| self.server.versions_of(id, book))
    }

    fn play(&mut self, step: Step) {
        let before = self.versions();
        let touched = self.act(step);
        let books = Books::read(|sql| self.server.count(sql));
        assert_eq!(books.wrong(self.deposits.get()), [] as [&str; 0], "{step:?}");
        let after = self.versions();
        for ((book, before), after) in BOTH.into_iter().zip(before).zip(after) {
            assert!(before == after || touched == Some(book), "{step:?} touched {book:?}");
        }
    }
}

fn no_story_moves_money_between_the_books(backend: Backend) {
    let server = Server::own(backend, |_| {});
    let deposits = Cell::new([0, 0]);
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let cases = asked.unwrap_or(STORIES);
    let config =
        Config { cases, max_shrink_iters: 30, failure_persistence: None, ..Config::default() };
    let played = TestRunner::new(config).run(&story(), |steps| {
        let mut actor = Actor::new(&server, &deposits);
        steps.into_iter().for_each(|step| actor.play(step));
        Ok(())
    });
    played.unwrap_or_else(|error| panic!("{error}"));
    let [live, sandbox] = deposits.get();
    assert!(live > 0 && sandbox > 0, "both books saw money");
}

/// A double of a load whose recipe is wired to the wrong accounts.
struct Miswired {
    account: AccountId,
    card: CardId,
    source: LedgerAccountId,
    wiring: Wiring,
}

#[derive(Clone, Copy)]
enum Wiring {
    /// The treasury of the other book pays the card.
    OtherTreasury,
    /// The card is paid from outside, as if coins had come in.
    OutOfNothing,
}

impl UseCase for Miswired {
    type Output = ();

    fn hints(&self, _: &Context) -> Hints {
        Hints::default().with_card(self.card).with_treasuries(self.account)
    }

    fn run(&self, unit: &mut Unit<'_>) -> CommandResult<()> {
        let card = LedgerAccountId::card(self.card);
        let receivable = LedgerAccountId::card_receivable(self.card);
        for (id, role) in [(card, Role::Card), (receivable, Role::CardReceivable)] {
            let opened = open_or_default(unit.tx, id, self.account, Book::Live, role)?;
            unit.tx.save_ledger_account(opened)?;
        }
        let (source, amount) = (Source { object: "card", id: self.card.value() }, Money::usd(500));
        let posting = match self.wiring {
            Wiring::OtherTreasury => {
                let (fee, settles) = (Money::usd(0), Money::usd(0));
                let parts = recipes::CardLoad {
                    treasury: self.source,
                    card,
                    receivable,
                    amount,
                    fee,
                    settles,
                };
                recipes::card_load(&mut unit.ids, Book::Live, source, &parts)?
            }
            Wiring::OutOfNothing => {
                recipes::topup_credit(&mut unit.ids, Book::Live, source, card, amount)?
            }
        };
        unit.book(posting)?;
        Ok(Ending::Done(()))
    }
}

/// A world whose only money is in the sandbox, and a double that loads a live card all the same.
fn miswired(backend: Backend, wiring: Wiring) -> (World, bool) {
    let world = World::new(backend);
    let tenant = world.tenant();
    world.fund(tenant, Book::Sandbox, 10_000);
    let card = world.card(tenant, Book::Live);
    let account = tenant.account;
    let source = LedgerAccountId::treasury(account, Book::Sandbox);
    let done = world.run(tenant.actor(), Miswired { account, card, source, wiring });
    (world, done.is_ok())
}

fn a_load_from_the_other_book_is_refused(backend: Backend) {
    let (world, done) = miswired(backend, Wiring::OtherTreasury);
    assert!(!done);
    let books = Books::read(|sql| world.scratch.count(sql));
    assert_eq!(books.wrong([0, 10_000]), [] as [&str; 0]);
}

fn money_that_crossed_is_noticed(backend: Backend) {
    let (world, done) = miswired(backend, Wiring::OutOfNothing);
    assert!(done, "the ledger cannot know that no coins came");
    let wrong = |world: &World| Books::read(|sql| world.scratch.count(sql)).wrong([0, 10_000]);
    assert_eq!(wrong(&world), ["500 came into the live book, 0 should have"]);
    // Behind the ledger's back: an account that changes its book takes its money along.
    let (world, _) = miswired(backend, Wiring::OtherTreasury);
    world.scratch.execute("UPDATE ledger_accounts SET book = 3 - book WHERE posted > 0");
    assert_eq!(wrong(&world).len(), 3, "{:?}", wrong(&world));
}
