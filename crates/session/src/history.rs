//! Undo and redo.

use std::collections::VecDeque;

use crate::describe;
use crate::edit::Edit;
use crate::error::EditError;
use crate::project::Project;

/// How many steps can be undone; older ones are forgotten.
pub const STEPS: usize = 2_000;

/// What was done to a document and can be undone, what was undone and can be redone, and whether the
/// document differs from what was saved.
#[derive(Debug, Clone, Default)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    /// State of the document before the oldest step.
    base: u64,
    /// State of the document that was saved last.
    saved: u64,
    /// Newest state there has ever been.
    newest: u64,
}

/// A step: one edit, for people one action.
#[derive(Debug, Clone)]
struct Step {
    name: String,
    /// The edit that leads back, or forward again, depending on where the step is kept.
    edit: Edit,
    /// State of the document after it.
    state: u64,
}

impl History {
    /// Does `edit` as a step of its own and returns the step's name.
    ///
    /// # Errors
    /// When the edit is refused; then nothing has changed.
    pub fn apply(&mut self, project: &mut Project, edit: Edit) -> Result<&str, EditError> {
        let name = describe(&edit, project);
        let edit = project.apply(edit)?;
        self.undone.clear();
        self.newest += 1;
        self.done.push_back(Step { name, edit, state: self.newest });
        if self.done.len() > STEPS {
            self.base = self.done.pop_front().map_or(self.base, |step| step.state);
        }
        Ok(self.undo_name().unwrap_or_default())
    }

    /// Does `edit` as part of the step before it, as while a control is held: undoing returns to where
    /// that step began. An edit of another control becomes a step of its own.
    ///
    /// # Errors
    /// When the edit is refused; then nothing has changed.
    pub fn merge(&mut self, project: &mut Project, edit: Edit) -> Result<&str, EditError> {
        let joins = self.undone.is_empty()
            && self.done.back().is_some_and(|last| last.edit.same_control(&edit));
        if !joins {
            return self.apply(project, edit);
        }
        let Some(last) = self.done.pop_back() else { return self.apply(project, edit) };
        let again = match project.apply(last.edit.clone()) {
            Ok(again) => again,
            Err(error) => {
                self.done.push_back(last);
                return Err(error);
            }
        };
        let name = describe(&edit, project);
        match project.apply(edit) {
            Ok(edit) => {
                self.newest += 1;
                self.done.push_back(Step { name, edit, state: self.newest });
                Ok(self.undo_name().unwrap_or_default())
            }
            Err(error) => {
                let edit = project.apply(again).expect("the step was valid a moment ago");
                self.done.push_back(Step { edit, ..last });
                Err(error)
            }
        }
    }

    /// Takes the last step back and returns its name; `None` when there is none.
    ///
    /// # Errors
    /// When the document is not the one the step was done to; then nothing has changed.
    pub fn undo(&mut self, project: &mut Project) -> Result<Option<&str>, EditError> {
        let Some(step) = self.done.pop_back() else { return Ok(None) };
        match project.apply(step.edit.clone()) {
            Ok(edit) => {
                self.undone.push(Step { edit, ..step });
                Ok(self.redo_name())
            }
            Err(error) => {
                self.done.push_back(step);
                Err(error)
            }
        }
    }

    /// Does the step that was taken back last and returns its name; `None` when there is none.
    ///
    /// # Errors
    /// When the document is not the one the step was done to; then nothing has changed.
    pub fn redo(&mut self, project: &mut Project) -> Result<Option<&str>, EditError> {
        let Some(step) = self.undone.pop() else { return Ok(None) };
        match project.apply(step.edit.clone()) {
            Ok(edit) => {
                self.done.push_back(Step { edit, ..step });
                Ok(self.undo_name())
            }
            Err(error) => {
                self.undone.push(step);
                Err(error)
            }
        }
    }

    /// Name of the step that [`undo`](Self::undo) would take back.
    pub fn undo_name(&self) -> Option<&str> {
        self.done.back().map(|step| step.name.as_str())
    }

    /// Name of the step that [`redo`](Self::redo) would do again.
    pub fn redo_name(&self) -> Option<&str> {
        self.undone.last().map(|step| step.name.as_str())
    }

    /// Remembers that the document was saved as it is now.
    pub fn mark_saved(&mut self) {
        self.mark_saved_at(self.state());
    }

    /// Remembers that the document was saved as it was in this [`state`](Self::state), which may have been
    /// left since.
    pub fn mark_saved_at(&mut self, state: u64) {
        self.saved = state;
    }

    /// True when the document differs from what was saved; undoing back to that state makes it false.
    pub fn is_dirty(&self) -> bool {
        self.saved != self.state()
    }

    /// A number for the document as it is now: it changes with every step, and comes back when that is
    /// undone.
    pub fn state(&self) -> u64 {
        self.done.back().map_or(self.base, |step| step.state)
    }
}

#[cfg(test)]
mod tests;
