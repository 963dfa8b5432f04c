//! The window's state, and how everything that happens is handed on.

mod deliver;
mod dialogs;
mod errands;
mod files;
mod jobs;
mod keys;
mod master;
mod measured;
mod panels;
mod reference;
mod sheets;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use iced::time::{Duration, Instant};
use iced::widget::{column, stack};
use iced::{Element, Size, Subscription, Task, keyboard, window};
use twobus_jobs::Examination;
use twobus_session::recover::Snapshot;
use twobus_session::{DeviceId, StripId};

use crate::desk::{Desk, Lately, Means, Room};
use crate::measure::Measure;
use crate::screens;
use crate::screens::bounce;
use crate::screens::dialog::{self, Dialog, Then};
use crate::screens::import::{self, Table};
use crate::screens::menu::{self, Menu};
use crate::screens::mix::arrange::{self, Arrange};
use crate::screens::mix::devices::{self, Devices};
use crate::screens::mix::mixer::{self, Mixer};
use crate::screens::mix::{Rooms, Split};
use crate::screens::proposal;
use crate::screens::ready;
use crate::screens::start::{self, Start};
use crate::screens::status::Line;
use crate::screens::top::{self, TopBar};
use crate::settings::Settings;
use crate::trying::Trying;
use crate::widgets::{Help, Input};
use panels::Panel;
use sheets::Sheet;

/// Everything that happens.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// A frame is about to be drawn.
    Frame(Instant),
    /// Time to see whether something has changed while nothing moves.
    Idle,
    /// A key that no control has taken.
    Key(keyboard::Event),
    /// The window.
    Window(window::Event),
    Top(Input<top::Part>),
    Start(Input<start::Part>),
    Table(Input<import::Part>),
    Arrange(Input<arrange::Part>),
    Devices(Input<devices::Part>),
    Mixer(Input<mixer::Part>),
    Menu(Input<menu::Part>),
    Dialog(Input<dialog::Part>),
    Bounce(Input<bounce::Part>),
    Ready(Input<ready::Part>),
    Panel(panels::Touched),
    /// The display's own scale.
    Display(f32),
    Proposal(Input<proposal::Part>),
    Deliver(Input<screens::deliver::Part>),
    Master(Input<screens::master::Part>),
    Status(Input<screens::status::Part>),
    /// What was in the clipboard, for the line that is typed.
    Pasted(Option<String>),
    /// A job has ended.
    Done(jobs::Done),
    /// A project was opened or saved, or that has failed.
    Arrived,
    /// Nothing.
    Nothing,
}

/// A region of the window that can have the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    Top,
    /// The start screen, or the import table.
    Main,
    Arrange,
    Devices,
    Mixer,
    Master,
}

/// The state of the window.
pub(crate) struct App {
    means: Means,
    desk: Option<Desk>,
    top: TopBar,
    start: Start,
    table: Option<Table>,
    arrange: Arrange,
    devices: Devices,
    mixer: Mixer,
    /// How the room of the Mix view is shared out.
    split: Split,
    master: screens::master::Master,
    study: master::Study,
    menu: Option<Menu>,
    dialog: Option<Dialog>,
    sheet: Option<Sheet>,
    panel: Option<Panel>,
    settings: Settings,
    trying: Trying,
    /// Scale that the display asks for.
    display: f32,
    /// The report on a print with the tracks behind it, as it was found last.
    examination: Option<(u32, Box<Examination>)>,
    /// The document as Master was last held against it.
    refreshed: Option<u64>,
    region: Region,
    snapshots: Vec<Snapshot>,
    /// What runs, and what is delivered meanwhile.
    job: Option<jobs::Job>,
    delivery: Option<jobs::Job>,
    /// The sheet of a delivery that was closed while it runs, or that has left something to do.
    aside: Option<Box<screens::deliver::Deliver>>,
    /// How many jobs were begun.
    tickets: u64,
    /// What the start screen offers is on its way.
    lately: Lately,
    errand: Option<errands::Errand>,
    /// What comes after the next save.
    after: Option<Then>,
    /// Size of what is laid out, and of the window in pixels of the display at its own scale.
    size: Size,
    outer: Size,
    /// Raised when the system asks the program to end.
    ending: Arc<AtomicBool>,
    /// Files that were dropped one by one, until the next frame.
    dropped: Vec<PathBuf>,
    /// Counts frames, when it was asked to.
    measure: Option<Measure>,
    /// Something has happened since the last view, and whether the ground is the one or the other now.
    changed: Cell<bool>,
    odd: Cell<bool>,
}

/// Size of a new window.
pub(crate) const WINDOW: Size = Size::new(1600.0, 900.0);
/// The least size in which everything has room.
pub(crate) const LEAST: Size = Size::new(1024.0, 640.0);
/// How often a window in which nothing moves looks whether something has changed.
const IDLE: Duration = Duration::from_secs(1);

impl App {
    /// A window on nothing, or on a project or stems that were named.
    pub(crate) fn boot(
        paths: Vec<PathBuf>,
        means: Means,
        (settings, note): (Settings, Option<String>),
        ending: Arc<AtomicBool>,
    ) -> (Self, Task<Message>) {
        let mut app = Self::on(means);
        app.settle_in(settings, note);
        app.ending = ending;
        let task = app.open_named(paths);
        (app, task)
    }

    /// A window on nothing.
    pub(crate) fn on(means: Means) -> Self {
        let mut app = Self {
            means,
            desk: None,
            top: TopBar { follows: true, ..TopBar::default() },
            start: Start::default(),
            table: None,
            arrange: Arrange::default(),
            devices: Devices::default(),
            mixer: Mixer::default(),
            split: Split::default(),
            master: screens::master::Master::default(),
            study: master::Study::default(),
            menu: None,
            dialog: None,
            sheet: None,
            panel: None,
            settings: Settings::default(),
            trying: Trying::default(),
            display: 1.0,
            examination: None,
            refreshed: None,
            region: Region::Main,
            snapshots: Vec::new(),
            lately: Lately::default(),
            job: None,
            delivery: None,
            aside: None,
            tickets: 0,
            errand: None,
            after: None,
            size: WINDOW,
            outer: WINDOW,
            ending: Arc::default(),
            dropped: Vec::new(),
            measure: None,
            changed: Cell::default(),
            odd: Cell::default(),
        };
        app.settle_in(Settings::default(), None);
        app.refresh_start();
        app
    }

    /// Plays as soon as it can, and ends when `measure` has counted its frames.
    pub(crate) fn measure(&mut self, measure: Option<Measure>) {
        self.measure = measure;
    }

    /// What the window is called.
    pub(crate) fn title(&self) -> String {
        match &self.desk {
            None => "Twobus".to_owned(),
            Some(desk) => {
                let mark = if desk.is_dirty() { "• " } else { "" };
                format!("{mark}{} — Twobus", desk.name())
            }
        }
    }

    /// Hands on what happened.
    pub(crate) fn update(&mut self, message: Message) -> Task<Message> {
        self.changed.set(!matches!(message, Message::Idle | Message::Frame(_)));
        if self.waits(&message) {
            return Task::none();
        }
        let task = self.hand_on(message);
        self.refresh_master();
        task
    }

    fn hand_on(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Frame(now) => self.look(now),
            Message::Idle => self.look(Instant::now()),
            Message::Key(event) => self.key(event),
            Message::Window(event) => self.window(event),
            Message::Top(input) => self.top_bar(input),
            Message::Start(input) => self.start(input),
            Message::Table(input) => self.table(input),
            Message::Arrange(input) => self.arrange(input),
            Message::Devices(input) => self.devices(input),
            Message::Mixer(input) => self.mixer(input),
            Message::Menu(input) => self.menu(input),
            Message::Dialog(input) => self.dialog(input),
            Message::Bounce(input) => self.bounce(input),
            Message::Ready(input) => self.ready(input),
            Message::Panel(touched) => self.panel(touched),
            Message::Display(scale) => {
                self.displayed(scale);
                Task::none()
            }
            Message::Proposal(input) => self.proposal(input),
            Message::Deliver(input) => self.deliver(input),
            Message::Master(input) => self.master(input),
            Message::Status(Input::Press { .. }) => {
                self.stop();
                Task::none()
            }
            Message::Status(_) => Task::none(),
            Message::Pasted(text) => {
                let text = text.unwrap_or_default();
                self.dialog.iter_mut().for_each(|dialog| dialog.paste(&text));
                Task::none()
            }
            Message::Done(done) => self.done(done),
            Message::Arrived => self.arrived(),
            Message::Nothing => Task::none(),
        }
    }

    /// The one place where the engine is looked at.
    fn look(&mut self, now: Instant) -> Task<Message> {
        if self.ending.load(Ordering::Relaxed) {
            return self.end();
        }
        if !self.dropped.is_empty() {
            let paths = std::mem::take(&mut self.dropped);
            return self.take_dropped(paths);
        }
        if self.offered() | self.look_at_panel() {
            self.changed.set(true);
        }
        if let Some(task) = self.study(now) {
            return task;
        }
        let Some(desk) = &mut self.desk else { return Task::none() };
        let before = desk.live.looks();
        let strips: Vec<StripId> = desk.strips();
        let in_mix = desk.room() == Room::Mix;
        desk.live.look_at(self.devices.target(desk).filter(|_| in_mix));
        desk.live.set_listen(self.devices.listened(desk).filter(|_| in_mix));
        desk.live.look(now, strips.into_iter());
        desk.take_written();
        let moves = desk.live.is_sounding() || self.job.is_some() || self.delivery.is_some();
        if desk.waves.arrived() || moves || desk.live.looks() != before {
            self.changed.set(true);
        }
        desk.keep();
        if self.top.follows && desk.live.is_playing() {
            self.arrange.follow(desk);
        }
        self.count_frame(now)
    }

    fn top_bar(&mut self, input: Input<top::Part>) -> Task<Message> {
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Top;
        }
        match self.top.update(input, self.desk.as_mut()) {
            top::Action::None => {}
            top::Action::Leave { back } => self.leave(back),
            top::Action::Retry => self.reopen_device(),
            top::Action::Settings => self.show_settings(),
            top::Action::Next => self.next_step(),
            top::Action::Room(room) => self.enter_room(room),
        }
        Task::none()
    }

    fn arrange(&mut self, input: Input<arrange::Part>) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Arrange;
        }
        match self.arrange.update(input, desk) {
            arrange::Action::None => {}
            arrange::Action::Choose(strip) => {
                self.mixer.choose(strip);
                self.devices.follow(Some(strip), desk);
            }
            arrange::Action::Menu(menu) => self.menu = Some(menu),
            arrange::Action::Unfold => {
                self.devices.close();
                self.arranged();
            }
            arrange::Action::Ask(about) => self.ask(about),
            arrange::Action::Leave { back } => self.leave(back),
            arrange::Action::Add => self.browse(dialog::About::Stems),
            arrange::Action::Find(media) => self.browse(dialog::About::Find(media)),
        }
        Task::none()
    }

    fn devices(&mut self, input: Input<devices::Part>) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Devices;
        }
        match self.devices.update(input, desk) {
            devices::Action::None => {}
            devices::Action::Menu(menu) => self.menu = Some(menu),
            devices::Action::Leave { back } => self.leave(back),
        }
        self.arranged();
        Task::none()
    }

    /// Shows the devices of a strip.
    pub(super) fn open_devices(&mut self, strip: StripId, device: Option<DeviceId>) {
        let Some(desk) = &self.desk else { return };
        self.mixer.choose(strip);
        self.devices.open(strip, device, desk);
        self.region = Region::Devices;
        self.arranged();
    }

    /// The heights of the regions of the Mix view.
    fn rooms(&self) -> Rooms {
        self.split.rooms(self.size.height, self.devices.is_open())
    }

    /// Takes note of what the regions of the Mix view have room for.
    pub(super) fn arranged(&mut self) {
        if !self.devices.is_open() && self.region == Region::Devices {
            self.region = Region::Mixer;
        }
        let rooms = self.rooms();
        let size = |height| Size::new(self.size.width, height);
        self.arrange.fold(self.devices.strip());
        self.arrange.resized(size(rooms.arrange));
        self.devices.resized(size(rooms.devices));
        self.mixer.resized(self.size.width, self.split);
    }

    fn mixer(&mut self, input: Input<mixer::Part>) -> Task<Message> {
        let Some(desk) = &mut self.desk else { return Task::none() };
        if matches!(input, Input::Focus(_)) {
            self.region = Region::Mixer;
        }
        match self.mixer.update(input, desk) {
            mixer::Action::None => {}
            mixer::Action::Menu(menu) => self.menu = Some(menu),
            mixer::Action::Split(by) => {
                self.split.drag(by, self.size.height, self.devices.is_open());
                self.arranged();
            }
            mixer::Action::Toggle => {
                self.split.toggle();
                self.arranged();
            }
            mixer::Action::Share(split) => {
                self.split = split;
                self.arranged();
            }
            mixer::Action::Devices(strip, device) => self.open_devices(strip, Some(device)),
            mixer::Action::Meter(meter) => self.set(Settings { meter, ..self.settings.clone() }),
            mixer::Action::Reference => return self.hear_reference(),
            mixer::Action::Scale => {
                let k_scale = self.settings.k_scale.next();
                self.set(Settings { k_scale, ..self.settings.clone() });
            }
            mixer::Action::Leave { back } => self.leave(back),
        }
        if let Some(desk) = &self.desk {
            self.devices.follow(self.mixer.chosen, desk);
            self.arrange.fold(self.devices.strip());
        }
        Task::none()
    }

    fn menu(&mut self, input: Input<menu::Part>) -> Task<Message> {
        if let Some(menu) = &mut self.menu {
            let action = menu.update(input);
            return self.menu_did(action);
        }
        Task::none()
    }

    fn is_moving(&self) -> bool {
        let moves = |desk: &Desk| desk.live.is_moving() || desk.waves.is_loading();
        let waits = self.works() || self.study.is_busy();
        let waits =
            waits || !self.dropped.is_empty() || self.lately.is_looking() || self.panel_moves();
        waits || self.desk.as_ref().is_some_and(moves)
    }

    /// What the window listens to: frames only while something moves.
    pub(crate) fn subscription(&self) -> Subscription<Message> {
        let clock = match self.is_moving() {
            true => window::frames().map(Message::Frame),
            false => iced::time::every(IDLE).map(|_| Message::Idle),
        };
        let events = window::events().map(|(_, event)| Message::Window(event));
        Subscription::batch([clock, keyboard::listen().map(Message::Key), events])
    }

    /// Whether `region` has the keyboard.
    fn has_keyboard(&self, region: Region) -> bool {
        let covered = self.menu.is_some() || self.dialog.is_some() || self.sheet.is_some();
        let covered = covered || self.panel.is_some();
        !covered && self.region == region
    }

    /// The window as it is.
    pub(crate) fn view(&self) -> Element<'_, Message> {
        if self.changed.take() {
            self.odd.set(!self.odd.get());
        }
        let top = self.top.view(self.desk.as_ref(), self.has_keyboard(Region::Top), Message::Top);
        let status = self.line().view(Message::Status);
        let mut layers = stack![column![top, self.room(), status]];
        match &self.sheet {
            Some(Sheet::Bounce(sheet)) => layers = layers.push(sheet.view(Message::Bounce)),
            Some(Sheet::Ready(sheet)) => layers = layers.push(sheet.view(Message::Ready)),
            Some(Sheet::Proposal(sheet)) => layers = layers.push(sheet.view(Message::Proposal)),
            Some(Sheet::Deliver(sheet)) => layers = layers.push(sheet.view(Message::Deliver)),
            None => {}
        }
        match &self.panel {
            Some(Panel::Settings(sheet)) => {
                let touched = |input| Message::Panel(panels::Touched::Settings(input));
                layers = layers.push(sheet.view(touched));
            }
            Some(Panel::Search(search)) => {
                let touched = |input| Message::Panel(panels::Touched::Search(input));
                layers = layers.push(search.view(touched));
            }
            Some(Panel::Page(page)) => {
                let touched = |input| Message::Panel(panels::Touched::Page(input));
                layers = layers.push(page.view(touched));
            }
            None => {}
        }
        if let Some(menu) = &self.menu {
            layers = layers.push(menu.view(Message::Menu));
        }
        if let Some(dialog) = &self.dialog {
            layers = layers.push(dialog.view(Message::Dialog));
        }
        layers.into()
    }

    /// What lies between the bars.
    fn room(&self) -> Element<'_, Message> {
        match (&self.table, &self.desk) {
            (Some(table), _) => table.view(self.has_keyboard(Region::Main), Message::Table),
            (None, None) => self.start.view(self.has_keyboard(Region::Main), Message::Start),
            (None, Some(desk)) if desk.room() == Room::Master => {
                self.master.view(desk, self.has_keyboard(Region::Master), Message::Master)
            }
            (None, Some(desk)) => {
                let rooms = self.rooms();
                let active = self.has_keyboard(Region::Arrange);
                let shown = (desk, self.mixer.chosen);
                let mut all = column![];
                if rooms.arrange > 0.0 {
                    let height = rooms.arrange;
                    all = all.push(self.arrange.view(shown, height, active, Message::Arrange));
                }
                if self.devices.is_open() {
                    let active = self.has_keyboard(Region::Devices);
                    let height = rooms.devices;
                    all = all.push(self.devices.view(desk, height, active, Message::Devices));
                }
                if rooms.mixer > 0.0 {
                    let active = self.has_keyboard(Region::Mixer);
                    all = all.push(self.mixer.view(desk, rooms.mixer, active, Message::Mixer));
                }
                all.into()
            }
        }
    }

    /// What is said about the control under the pointer, or else the one with the keyboard.
    fn help_now(&self) -> Option<Help> {
        if let Some(Panel::Settings(sheet)) = &self.panel {
            return sheet.help_now();
        }
        let desk = self.desk.as_ref();
        let help = self.top.help(desk, self.has_keyboard(Region::Top));
        help.or_else(|| match (&self.table, desk) {
            (Some(table), _) => table.help_now(self.has_keyboard(Region::Main)),
            (None, None) => self.start.help_now(self.has_keyboard(Region::Main)),
            (None, Some(desk)) if desk.room() == Room::Master => {
                self.master.help(desk, self.has_keyboard(Region::Master))
            }
            (None, Some(desk)) => {
                let above = self.arrange.help(desk, self.has_keyboard(Region::Arrange));
                let here = self.has_keyboard(Region::Devices);
                let above = above.or_else(|| self.devices.help(desk, here));
                above.or_else(|| self.mixer.help(desk, self.has_keyboard(Region::Mixer)))
            }
        })
    }

    fn line(&self) -> Line {
        let (desk, help) = (self.desk.as_ref(), self.help_now());
        let said = desk.and_then(|desk| desk.live.said());
        let said = said.map(|(text, warning)| (text.to_owned(), warning));
        let errand = self.errand.as_ref().map(|errand| (errand.words(), false));
        let help = help.filter(|_| errand.is_none());
        Line::new(help, errand.or(said), desk).working(self.work())
    }

    /// The colours of the window. After a change the ground differs imperceptibly from that of the view
    /// before: the software renderer then takes the window for one damaged piece instead of hundreds, which
    /// it would paint one by one.
    pub(crate) fn style(&self) -> iced::theme::Style {
        let mut ground = crate::theme::bg::APP;
        if self.odd.get() {
            ground.b += 1e-6;
        }
        iced::theme::Style { background_color: ground, text_color: crate::theme::ink::PRIMARY }
    }
}
