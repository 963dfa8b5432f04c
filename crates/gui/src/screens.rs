//! The screens, and what is always there: the bars at the top and bottom, menus, dialogs.

pub(crate) mod bounce;
pub(crate) mod deliver;
pub(crate) mod dialog;
pub(crate) mod import;
pub(crate) mod master;
pub(crate) mod menu;
pub(crate) mod mix;
pub(crate) mod page;
pub(crate) mod proposal;
pub(crate) mod ready;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod top;
