use cardium_kernel::Book;

/// What the two books of a database add up to, read behind the product's back.
#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    /// Of each book, live first: customer and system accounts together, and what came in.
    sums: [(i64, i64); 2],
    /// Lines of postings on an account of the other book, and postings that do not balance.
    faults: i64,
}

/// The two books, in the order of everything here.
pub const BOTH: [Book; 2] = [Book::Live, Book::Sandbox];

impl Books {
    /// Reads them with a query that answers one number in the column `count`.
    pub fn read(count: impl Fn(&str) -> i64) -> Self {
        let sum = |expression: &str| {
            count(&format!("SELECT CAST(COALESCE({expression}, 0) AS BIGINT) AS count"))
        };
        let of = |book: Book| {
            let all = |table, more| {
                let book = book.code();
                sum(&format!("(SELECT SUM(posted) FROM {table} WHERE book = {book}{more})"))
            };
            let custody = -all("system_balances", " AND code = 'chain_custody'");
            (all("ledger_accounts", "") + all("system_balances", ""), custody)
        };
        let crossing = |table: &str, id: &str| {
            sum(&format!(
                "(SELECT COUNT(*) FROM entries e JOIN postings p ON p.id = e.posting_id \
                 JOIN {table} a ON a.{id} = e.account_id WHERE a.book <> p.book)"
            ))
        };
        let unbalanced = "(SELECT COUNT(*) FROM (SELECT posting_id FROM entries \
                          GROUP BY posting_id HAVING SUM(amount) <> 0) lost)";
        let faults = crossing("ledger_accounts", "id")
            + crossing("system_balances", "account_id")
            + sum(unbalanced);
        Self { sums: BOTH.map(of), faults }
    }

    /// What is wrong with them, where this came in; empty if nothing is.
    pub fn wrong(&self, deposits: [i64; 2]) -> Vec<String> {
        let mut wrong = Vec::new();
        for ((book, (sum, custody)), deposits) in BOTH.into_iter().zip(self.sums).zip(deposits) {
            let book = book.as_str();
            if sum != 0 {
                wrong.push(format!("the {book} book sums to {sum}"));
            }
            if custody != deposits {
                wrong.push(format!("{custody} came into the {book} book, {deposits} should have"));
            }
        }
        if self.faults != 0 {
            wrong.push(format!("{} lines span two books", self.faults));
        }
        wrong
    }
}
