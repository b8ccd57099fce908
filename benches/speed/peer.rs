//! later
use crate::{Result, report::Report};
pub(crate) fn run(_: &mut Report) -> Result<()> {
    Ok(())
}
