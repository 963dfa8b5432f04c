//! `twobus-cli`: everything Twobus does without a window or a sound device.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings.

mod args;
mod commands;
mod outcome;
mod places;
mod show;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use outcome::Outcome;

fn main() -> ExitCode {
    let args = Args::parse();
    let watch = terminal::Watch::start(!args.json);
    let outcome = run(&args.command, &watch);
    watch.finish();
    terminal::report(outcome, args.json)
}

fn run(command: &Command, watch: &terminal::Watch) -> Result<Outcome, twobus_jobs::Error> {
    let progress = watch.progress();
    match command {
        Command::New(args) => commands::new::run(args, progress),
        Command::AddSong(args) => commands::add_song::run(args, progress),
        Command::Import(args) => commands::import::run(args, progress),
        Command::Apply(args) => commands::apply::run(args),
        Command::Info(args) => commands::info::run(args),
        Command::Changes(args) => commands::changes::run(args),
        Command::Reopen(args) => commands::reopen::run(args),
        Command::Tag(args) => commands::tag::run(args),
        Command::Devices(args) => commands::devices::run(args),
        Command::Collect(args) => commands::collect::run(args, progress),
        Command::Relink(args) => commands::relink::run(args, progress),
        Command::SaveAs(args) => commands::save_as::run(args),
        Command::Recover(args) => commands::recover::run(args),
        Command::Pack(args) => commands::archive::run_pack(args, progress),
        Command::Unpack(args) => commands::archive::run_unpack(args, progress),
        Command::Bounce(args) => commands::bounce::run(args, progress),
        Command::Master(args) => commands::master::run(args, progress),
        Command::Check(args) => commands::check::run(args, progress),
        Command::Match(args) => commands::matching::run_match(args, progress),
        Command::Assist(args) => commands::matching::run_assist(args, progress),
        Command::Compare(args) => commands::compare::run(args, progress),
        Command::Deliver(args) => commands::deliver::run(args, progress),
        Command::Analyze(args) => commands::analyze::run(args, progress),
        Command::Demo(args) => commands::demo::run(args, progress),
    }
}
