//! The envelope of every list.

use cardium_kernel::Page;
use schemars::JsonSchema;
use serde::Serialize;

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "List{T}")]
pub struct ListOut<T> {
    #[schemars(extend("const" = "list"))]
    object: &'static str,
    data: Vec<T>,
    #[serde(flatten)]
    pagination: Pagination,
}

/// Whether a list goes on, and where.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pagination {
    has_more: bool,
    /// What `cursor` gets the next page; null on the last one.
    next_cursor: Option<String>,
}

impl<T> ListOut<T> {
    /// The page as it is shown; `id` gives the cursor of an item.
    pub fn new<'a, I>(
        page: &'a Page<I>,
        id: impl Fn(&I) -> String,
        show: impl Fn(&'a I) -> T,
    ) -> Self {
        let last = page.items.last().filter(|_| page.has_more);
        Self {
            object: "list",
            data: page.items.iter().map(show).collect(),
            pagination: Pagination { has_more: page.has_more, next_cursor: last.map(id) },
        }
    }
}
