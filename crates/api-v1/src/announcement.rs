//! What the operator tells every account.

use cardium_app::announcements::Announcement;
use cardium_kernel::{AnnouncementId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::text::Text;

/// An announcement as events show it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Announcement")]
pub struct AnnouncementOut {
    id: Text<AnnouncementId>,
    #[schemars(extend("const" = "announcement"))]
    object: &'static str,
    #[schemars(extend("enum" = ["maintenance", "deprecation"]))]
    kind: &'static str,
    message: String,
    starts_at: Option<Text<Timestamp>>,
    ends_at: Option<Text<Timestamp>>,
    sunset_at: Option<Text<Timestamp>>,
    url: Option<String>,
    created_at: Text<Timestamp>,
}

impl From<&Announcement> for AnnouncementOut {
    fn from(announcement: &Announcement) -> Self {
        Self {
            id: Text(announcement.id),
            object: "announcement",
            kind: announcement.kind.as_str(),
            message: announcement.message.clone(),
            starts_at: announcement.starts_at.map(Text),
            ends_at: announcement.ends_at.map(Text),
            sunset_at: announcement.sunset_at.map(Text),
            url: announcement.url.clone(),
            created_at: Text(announcement.created_at),
        }
    }
}
