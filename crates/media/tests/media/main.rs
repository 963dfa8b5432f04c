//! What the crate promises, tested from outside; each test's name begins with the row it proves.

// `cfg(test)` tells the lints that helpers are tests, too.
#[cfg(test)]
mod containers;
#[cfg(test)]
mod convert;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod delay;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod large;
#[cfg(test)]
mod scan;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod tools;
#[cfg(test)]
mod wav;
#[cfg(test)]
mod write;
