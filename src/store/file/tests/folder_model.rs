//! What a crash may leave of a folder, by what POSIX promises and no more: bytes that were not synced may
//! be lost, torn or zeros; names that were not synced may be lost one by one. It does not know what the
//! files mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One thing that was done to the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create(PathBuf),
    Write(PathBuf, Vec<u8>),
    /// Bytes at an offset, over what is there.
    WriteAt(PathBuf, usize, Vec<u8>),
    /// The file gets this length.
    Truncate(PathBuf, usize),
    SyncFile(PathBuf),
    /// The kernel says so once and then takes the lost pages for clean.
    FailToSyncFile(PathBuf),
    Rename(PathBuf, PathBuf),
    /// Two names swapped.
    Swap(PathBuf, PathBuf),
    Unlink(PathBuf),
    SyncDirectory,
    FailToSyncDirectory,
    /// The process that saw syncs fail has ended. A later process can only sync again, and must rely on a
    /// sync that succeeds: this is as far as the promise goes.
    Restart,
}

/// The files of a folder and their bytes.
pub(crate) type Image = BTreeMap<PathBuf, Vec<u8>>;

/// A folder as the running system sees it, with what of it is on disk.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    files: Vec<File>,
    /// The names as of now.
    names: BTreeMap<PathBuf, usize>,
    /// The names at the beginning, which are on disk.
    first: BTreeMap<PathBuf, usize>,
    /// What was done to names since then, in order.
    log: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct File {
    pieces: Vec<Piece>,
    /// How many of the pieces are on disk.
    synced: usize,
    /// Whether a sync failed: then no later one proves anything.
    is_lost: bool,
}

/// One change of a file.
#[derive(Clone, Debug)]
enum Piece {
    Append(Vec<u8>),
    WriteAt(usize, Vec<u8>),
    Truncate(usize),
}

#[derive(Clone, Debug)]
struct Entry {
    naming: Naming,
    is_synced: bool,
    is_lost: bool,
}

#[derive(Clone, Debug)]
enum Naming {
    Link(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Swap([(PathBuf, usize); 2]),
    Unlink(PathBuf),
}

impl Folder {
    /// A folder whose files have been on disk for long.
    pub(crate) fn new(image: &Image) -> Self {
        let file =
            |bytes: &Vec<u8>| File { pieces: vec![Piece::Append(bytes.clone())], synced: 1, is_lost: false };
        let names: BTreeMap<_, _> = image.keys().cloned().zip(0..).collect();
        Self { files: image.values().map(file).collect(), first: names.clone(), names, log: Vec::new() }
    }

    pub(crate) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Create(name) => {
                self.files.push(File { pieces: Vec::new(), synced: 0, is_lost: false });
                let file = self.files.len() - 1;
                self.names.insert(name.clone(), file);
                self.note(Naming::Link(name.clone(), file));
            }
            Operation::Write(name, piece) => self.file(name).pieces.push(Piece::Append(piece.clone())),
            Operation::WriteAt(name, offset, piece) => {
                self.file(name).pieces.push(Piece::WriteAt(*offset, piece.clone()));
            }
            Operation::Truncate(name, length) => self.file(name).pieces.push(Piece::Truncate(*length)),
            Operation::SyncFile(name) => {
                let file = self.file(name);
                if !file.is_lost {
                    file.synced = file.pieces.len();
                }
            }
            Operation::FailToSyncFile(name) => {
                let file = self.file(name);
                file.is_lost |= file.synced < file.pieces.len();
            }
            Operation::Rename(from, to) => {
                let file = self.names.remove(from).expect("what is renamed is there");
                self.names.insert(to.clone(), file);
                self.note(Naming::Rename(from.clone(), to.clone(), file));
            }
            Operation::Swap(one, other) => {
                let swapped = [(one.clone(), self.names[other]), (other.clone(), self.names[one])];
                self.names.extend(swapped.clone());
                self.note(Naming::Swap(swapped));
            }
            Operation::Unlink(name) => {
                self.names.remove(name).expect("what is removed is there");
                self.note(Naming::Unlink(name.clone()));
            }
            Operation::SyncDirectory => {
                self.log.iter_mut().for_each(|entry| entry.is_synced |= !entry.is_lost);
            }
            Operation::FailToSyncDirectory => {
                self.log.iter_mut().for_each(|entry| entry.is_lost |= !entry.is_synced);
            }
            Operation::Restart => {
                self.files.iter_mut().for_each(|file| file.is_lost = false);
                self.log.iter_mut().for_each(|entry| entry.is_lost = false);
            }
        }
    }

    /// The folder as the running system sees it.
    pub(crate) fn now(&self) -> Image {
        self.names.iter().map(|(name, file)| (name.clone(), content(&self.files[*file].pieces))).collect()
    }

    /// Every folder that may be found after a crash.
    pub(crate) fn after_crash(&self) -> Vec<Image> {
        let mut namings = vec![self.first.clone()];
        for entry in &self.log {
            let mut next = Vec::new();
            for names in namings {
                if !entry.is_synced {
                    next.push(names.clone());
                }
                next.extend(entry.naming.outcomes(names, entry.is_synced));
            }
            next.sort();
            next.dedup();
            namings = next;
        }
        let mut images: Vec<_> = namings.iter().flat_map(|names| self.contents(names)).collect();
        images.sort();
        images.dedup();
        images
    }

    /// Every combination of what the named files may hold.
    fn contents(&self, names: &BTreeMap<PathBuf, usize>) -> Vec<Image> {
        let mut images = vec![Image::new()];
        for (name, file) in names {
            let possible = self.files[*file].after_crash();
            let with = |image: &Image, bytes: &Vec<u8>| {
                let mut image = image.clone();
                image.insert(name.clone(), bytes.clone());
                image
            };
            images = images
                .iter()
                .flat_map(|image| possible.iter().map(move |bytes| with(image, bytes)))
                .collect();
        }
        images
    }

    fn file(&mut self, name: &Path) -> &mut File {
        &mut self.files[self.names[name]]
    }

    fn note(&mut self, naming: Naming) {
        self.log.push(Entry { naming, is_synced: false, is_lost: false });
    }
}

impl File {
    fn after_crash(&self) -> Vec<Vec<u8>> {
        let all = content(&self.pieces);
        if self.synced == self.pieces.len() {
            return vec![all];
        }
        let mut possible: Vec<_> =
            (self.synced..=self.pieces.len()).map(|pieces| content(&self.pieces[..pieces])).collect();
        let (synced, unsynced) = self.pieces.split_at(self.synced);
        if unsynced.iter().all(|piece| matches!(piece, Piece::Append(_))) {
            // The size may be written before the bytes, and a piece may be cut where a page ends.
            possible.push(vec![0; all.len()]);
            let cut = self.pieces.last().map_or(0, |piece| piece.len() / 2);
            possible.push(all[..all.len() - cut].to_vec());
            return possible;
        }
        // Pages are written in any order: each may be there alone, missing alone, or cut.
        for (index, piece) in unsynced.iter().enumerate() {
            let mut alone = synced.to_vec();
            alone.push(piece.clone());
            possible.push(content(&alone));
            let mut missing = self.pieces.clone();
            missing.remove(self.synced + index);
            possible.push(content(&missing));
            if let Piece::WriteAt(offset, bytes) = piece {
                let mut cut = self.pieces.clone();
                cut[self.synced + index] = Piece::WriteAt(*offset, bytes[..bytes.len() / 2].to_vec());
                possible.push(content(&cut));
            }
        }
        possible
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Append(bytes) | Self::WriteAt(_, bytes) => bytes.len(),
            Self::Truncate(_) => 0,
        }
    }
}

/// What a file holds after these changes.
fn content(pieces: &[Piece]) -> Vec<u8> {
    let mut content = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Append(bytes) => content.extend_from_slice(bytes),
            Piece::WriteAt(offset, bytes) => {
                let end = offset + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*offset..end].copy_from_slice(bytes);
            }
            Piece::Truncate(length) => content.resize(*length, 0),
        }
    }
    content
}

impl Naming {
    /// What the folder's names may be where this got to the disk.
    fn outcomes(&self, names: BTreeMap<PathBuf, usize>, is_synced: bool) -> Vec<BTreeMap<PathBuf, usize>> {
        let mut names = names;
        match self {
            Self::Link(name, file) => {
                names.insert(name.clone(), *file);
                vec![names]
            }
            Self::Unlink(name) => {
                names.remove(name);
                vec![names]
            }
            // Replacing the target is one step; that the source is gone may be another.
            Self::Rename(from, to, file) => {
                names.insert(to.clone(), *file);
                let both = names.clone();
                names.remove(from);
                if is_synced { vec![names] } else { vec![both, names] }
            }
            // Each of the names may be on disk without the other.
            Self::Swap(swapped) => {
                let with = |renamed: &[(PathBuf, usize)]| {
                    let mut names = names.clone();
                    names.extend(renamed.iter().cloned());
                    names
                };
                match is_synced {
                    true => vec![with(swapped)],
                    false => vec![with(&swapped[..1]), with(&swapped[1..]), with(swapped)],
                }
            }
        }
    }
}
