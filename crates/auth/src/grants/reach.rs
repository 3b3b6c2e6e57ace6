/// Which cards an operation is about, for grants that are narrowed to some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of them at once, or it is not known: a narrowed grant is refused.
    All,
    /// One that it finds: any other is unknown to a narrowed grant, with what is found through it.
    Found,
    /// Those of a list, which has no rows of other cards.
    Rows,
    /// None: it is about the account beside its cards.
    Beside,
}
