//! What the chores need of the system, and how it gets there.
//!
//! On Debian and its kin what is missing is installed with apt-get, and parts of the Rust toolchain with
//! rustup wherever there is rustup, without a question. Elsewhere it is named.

use std::process::Command;

use crate::command::{run, succeeds};
use crate::error::{Error, Result};
use crate::terminal::say;

/// Something that a chore cannot do without.
#[derive(Debug)]
pub(crate) struct Need {
    /// Its name.
    what: &'static str,
    /// What it is needed for.
    why: &'static str,
    /// A quick command that succeeds when it is there.
    probe: &'static [&'static str],
    /// Where it comes from.
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    /// Debian packages.
    Apt(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

/// Called `cc` everywhere; other systems name the packages differently.
const LINKER: Need = Need {
    what: "a C compiler",
    why: "Rust links programs with it and with the C library's start files",
    probe: &["cc", "--version"],
    source: Source::Apt(&["gcc", "libc6-dev"]),
};

const CXX: Need = Need {
    what: "a C++ compiler",
    why: "libFuzzer is compiled with it",
    probe: &["c++", "--version"],
    source: Source::Apt(&["g++"]),
};

const RUSTFMT: Need = Need {
    what: "rustfmt",
    why: "the format is checked",
    probe: &["cargo", "fmt", "--version"],
    source: Source::Rustup("rustfmt"),
};

const CLIPPY: Need = Need {
    what: "clippy",
    why: "the lints are checked",
    probe: &["cargo", "clippy", "--version"],
    source: Source::Rustup("clippy"),
};

#[cfg(target_os = "linux")]
const STRACE: Need = Need {
    what: "strace",
    why: "the tests let every system call of a save fail, and kill it there",
    probe: &["strace", "--version"],
    source: Source::Apt(&["strace"]),
};

#[cfg(target_os = "linux")]
const UTIL_LINUX: Need = Need {
    what: "setpriv and prlimit",
    why: "the tests run as somebody with few rights, and with little memory",
    probe: &["sh", "-c", "setpriv --version && prlimit --version"],
    source: Source::Apt(&["util-linux"]),
};

#[cfg(target_os = "linux")]
const PKG_CONFIG: Need = Need {
    what: "pkg-config",
    why: "the build asks it where ALSA lies",
    probe: &["pkg-config", "--version"],
    source: Source::Apt(&["pkg-config"]),
};

#[cfg(target_os = "linux")]
const ALSA: Need = Need {
    what: "ALSA's headers",
    why: "sound devices are opened through ALSA",
    probe: &["pkg-config", "--exists", "alsa"],
    source: Source::Apt(&["libasound2-dev"]),
};

#[cfg(target_os = "linux")]
const JACK: Need = Need {
    what: "a JACK server",
    why: "the tests play on it, in real time, without a sound card",
    probe: &["jackd", "--version"],
    source: Source::Apt(&["jackd2"]),
};

#[cfg(target_os = "linux")]
const JACK_PLUGIN: Need = Need {
    what: "ALSA's plug-in for JACK",
    why: "the tests reach the JACK server through ALSA",
    probe: &[
        "sh",
        "-c",
        "ls /usr/lib*/alsa-lib/*_pcm_jack.so /usr/lib/*/alsa-lib/*_pcm_jack.so | grep .",
    ],
    source: Source::Apt(&["libasound2-plugins"]),
};

/// Where there is PipeWire, that stays: PulseAudio's package would replace it.
#[cfg(target_os = "linux")]
const PULSEAUDIO: Need = Need {
    what: "a PulseAudio server",
    why: "the tests unplug its devices and kill it while a song plays",
    probe: &["sh", "-c", "command -v pipewire || { command -v pulseaudio && command -v pactl; }"],
    source: Source::Apt(&["pulseaudio", "pulseaudio-utils"]),
};

#[cfg(target_os = "linux")]
const XVFB: Need = Need {
    what: "a display without a screen",
    why: "the window is opened on it",
    probe: &["sh", "-c", "command -v Xvfb"],
    source: Source::Apt(&["xvfb"]),
};

#[cfg(target_os = "linux")]
const XDOTOOL: Need = Need {
    what: "xdotool",
    why: "the tests move the window's mouse and press its keys with it",
    probe: &["sh", "-c", "command -v xdotool"],
    source: Source::Apt(&["xdotool"]),
};

/// What the part of `cargo xtask bench` that opens the window needs.
#[cfg(target_os = "linux")]
pub(crate) const WINDOW: &[Need] = &[LINKER, PKG_CONFIG, ALSA, XVFB, X_LIBRARIES];
#[cfg(not(target_os = "linux"))]
pub(crate) const WINDOW: &[Need] = &[LINKER];

/// They are loaded when the window opens, and not known when it is built.
#[cfg(target_os = "linux")]
const X_LIBRARIES: Need = Need {
    what: "the libraries of X",
    why: "the window is opened through them",
    probe: &[
        "sh",
        "-c",
        "for lib in X11 X11-xcb Xcursor Xi xkbcommon xkbcommon-x11; do \
         /sbin/ldconfig -p | grep -q lib$lib.so || exit 1; done",
    ],
    source: Source::Apt(&[
        "libx11-6",
        "libx11-xcb1",
        "libxcursor1",
        "libxi6",
        "libxkbcommon0",
        "libxkbcommon-x11-0",
    ]),
};

/// What `cargo xtask demo` needs.
pub(crate) const DEMO: &[Need] = &[LINKER];

/// What the part of `cargo xtask bench` that plays needs.
#[cfg(target_os = "linux")]
pub(crate) const BENCH: &[Need] = &[LINKER, PKG_CONFIG, ALSA];
#[cfg(not(target_os = "linux"))]
pub(crate) const BENCH: &[Need] = &[LINKER];

/// What `cargo xtask test` needs. On other systems sound devices need nothing, and what is played is
/// not captured.
#[cfg(target_os = "linux")]
pub(crate) const TEST: &[Need] = &[
    LINKER,
    RUSTFMT,
    CLIPPY,
    STRACE,
    UTIL_LINUX,
    PKG_CONFIG,
    ALSA,
    JACK,
    JACK_PLUGIN,
    PULSEAUDIO,
    XVFB,
    X_LIBRARIES,
    XDOTOOL,
];
#[cfg(not(target_os = "linux"))]
pub(crate) const TEST: &[Need] = &[LINKER, RUSTFMT, CLIPPY];

/// What fuzzing needs.
pub(crate) const FUZZ: &[Need] = &[LINKER, CXX];

/// Installs what is missing of `needs`; a few milliseconds when nothing is.
///
/// # Errors
/// When something is missing and cannot be installed here: says what, why and where it comes from.
pub(crate) fn ensure(needs: &'static [Need]) -> Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        say(format!("Missing: {}, because {}.", need.what, need.why));
    }
    let by_root = || succeeds(Command::new("sh").args(["-c", "test $(id -u) = 0"]));
    let has = |program: &str| succeeds(Command::new(program).arg("--version"));
    for words in installation(&missing, has("apt-get"), has("rustup"), by_root()) {
        let [program, args @ ..] = words.as_slice() else { continue };
        if let Err(error) = run(Command::new(program).args(args)) {
            say(error); // What still is missing is found next, and said with what to do.
        }
    }
    let missing = self::missing(needs);
    if missing.is_empty() { Ok(()) } else { Err(Error::Unfit(advice(&missing))) }
}

fn missing(needs: &'static [Need]) -> Vec<&'static Need> {
    let present = |need: &Need| {
        let [program, args @ ..] = need.probe else { return false };
        succeeds(Command::new(program).args(args))
    };
    needs.iter().filter(|need| !present(need)).collect()
}

/// Command lines that install what is missing.
fn installation(missing: &[&Need], apt: bool, rustup: bool, root: bool) -> Vec<Vec<&'static str>> {
    let mut commands = Vec::new();
    let packages = packages(missing);
    if apt && !packages.is_empty() {
        let sudo: &[&str] = if root { &[] } else { &["sudo", "--non-interactive"] };
        let apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        let waiting = ["-o", "DPkg::Lock::Timeout=300"];
        let start = [sudo, &apt_get, &waiting].concat();
        commands.push([start.as_slice(), &["update"]].concat());
        commands.push(
            [
                start.as_slice(),
                &["install", "--yes", "--no-install-recommends"],
                packages.as_slice(),
            ]
            .concat(),
        );
    }
    let components = components(missing);
    if rustup && !components.is_empty() {
        commands.push([&["rustup", "component", "add"], components.as_slice()].concat());
    }
    commands
}

fn packages(needs: &[&Need]) -> Vec<&'static str> {
    let of = |need: &&Need| match need.source {
        Source::Apt(packages) => packages,
        Source::Rustup(_) => &[],
    };
    needs.iter().flat_map(of).copied().collect()
}

fn components(needs: &[&Need]) -> Vec<&'static str> {
    let of = |need: &&Need| match need.source {
        Source::Apt(_) => None,
        Source::Rustup(component) => Some(component),
    };
    needs.iter().filter_map(of).collect()
}

fn advice(missing: &[&Need]) -> String {
    let names: Vec<&str> = missing.iter().map(|need| need.what).collect();
    let mut text = format!("still missing: {}; install", names.join(", "));
    let packages = packages(missing);
    if !packages.is_empty() {
        text.push_str(&format!(" the packages {} (Debian's names)", packages.join(" ")));
    }
    let components = components(missing);
    if !components.is_empty() {
        let and = if packages.is_empty() { "" } else { " and" };
        text.push_str(&format!("{and} the Rust components {}", components.join(" ")));
    }
    text.push_str(", then start again");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&Need; 3] = [&LINKER, &RUSTFMT, &CLIPPY];

    #[test]
    fn nothing_is_asked_and_the_lists_are_updated_first() {
        let commands = installation(&ALL, true, true, false);
        let lines: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
        let apt = "sudo --non-interactive env DEBIAN_FRONTEND=noninteractive apt-get \
                   -o DPkg::Lock::Timeout=300";
        assert_eq!(
            lines,
            [
                format!("{apt} update"),
                format!("{apt} install --yes --no-install-recommends gcc libc6-dev"),
                "rustup component add rustfmt clippy".to_owned(),
            ]
        );
    }

    #[test]
    fn root_needs_no_sudo() {
        let commands = installation(&[&LINKER], true, true, true);
        assert!(commands.iter().all(|words| words[0] == "env"), "{commands:?}");
    }

    #[test]
    fn a_system_without_apt_and_rustup_is_left_alone_and_told_what_is_missing() {
        assert!(installation(&ALL, false, false, false).is_empty());
        let advice = advice(&ALL);
        for name in ["gcc", "libc6-dev", "rustfmt", "clippy"] {
            assert!(advice.contains(name), "{advice}");
        }
    }

    #[test]
    fn what_is_there_is_not_installed_again() {
        const THERE: &[Need] = &[Need {
            what: "cargo",
            why: "",
            probe: &["cargo", "--version"],
            source: LINKER.source,
        }];
        const ABSENT: &[Need] =
            &[Need { what: "x", why: "", probe: &["no-such-program-here"], source: LINKER.source }];
        assert!(missing(THERE).is_empty());
        assert_eq!(missing(ABSENT).len(), 1);
    }
}
