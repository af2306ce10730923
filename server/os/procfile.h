// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QString>

#include <chrono>
#include <optional>

#include <sys/types.h>

/// What proc(5) tells about other processes. Each call reads one small file of memory and does
/// not block; a process that is gone gives nothing.
namespace semper::procfile {

/// The processes of this system, as far as they may be seen.
[[nodiscard]] QList<pid_t> all();
/// What `ps` calls it, at most 15 characters; empty for a process that is gone.
[[nodiscard]] QString name(pid_t pid);
/// Session id; 0 for a process that is gone.
[[nodiscard]] pid_t session(pid_t pid);
/// Parent; 0 for a process that is gone.
[[nodiscard]] pid_t parent(pid_t pid);
/// \a roots and all their descendants, each once; at most \a most.
[[nodiscard]] QList<pid_t> withDescendants(const QList<pid_t> &roots, qsizetype most = 10'000);
/// The entries ("NAME=value") of the environment that \a pid was executed with, as far as they
/// start with \a prefix: of the first 8 KiB, or, where none is there, of the first \a limit bytes.
/// Nothing: there is no environment, for a moment or for good; none where it may not be read.
[[nodiscard]] std::optional<QByteArrayList> marks(
    pid_t pid, const QByteArray &prefix, qsizetype limit);
/// All entries there that start with \a prefix; none where it may not be read.
[[nodiscard]] QByteArrayList environmentEntries(pid_t pid, const QByteArray &prefix);

/// A child is dead, or about to be: it has no memory, and so no "exe", before its descriptors
/// close, and becomes one to be waited for only afterwards, and after its other threads.
[[nodiscard]] bool isEnding(pid_t child);

/// It is stopped by a signal or a debugger, and does nothing until it is let go on.
[[nodiscard]] bool isFrozen(pid_t pid);
/// What keeps a process from going on.
struct Wait
{
    QString state = {}; ///< the kernel's letter: "D"; empty for a process that is gone
    QString place = {}; ///< "nfs_wait_bit_killable"; empty where the kernel does not tell it
};
[[nodiscard]] Wait waitOf(pid_t pid);

/// When it began, in ticks since the machine did: with its number that names it for good. 0 for a
/// zombie, and for a process that is gone.
[[nodiscard]] qint64 startTicks(pid_t pid);

struct Usage
{
    std::chrono::milliseconds cpuTime{0}; ///< user and system, all threads
    std::chrono::milliseconds cpuTimeOfChildren{0}; ///< of those that it has waited for
    qint64 memoryBytes = 0; ///< resident
};
[[nodiscard]] std::optional<Usage> usage(pid_t pid);

/// What is resident, but of what it shares with others only its part (PSS). Nothing where the
/// kernel does not tell. Takes up to 10 ms for a GiB, and may block while a process is given
/// memory: not for the main thread.
[[nodiscard]] std::optional<qint64> proportionalBytes(pid_t pid);

} // namespace semper::procfile
