// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QString>

#include <optional>

#include <sys/types.h>

namespace semper {

/// The one rule for all that a server obeys or keeps: its configuration, its plugins, its state,
/// the folders of its sockets.
///
/// The first thing on the way to \a path, itself included, that somebody else could change, and
/// why: "/srv/app belongs to uid 1000", "/srv/app may be written by its group". Nothing where there
/// is none. "Somebody else" is who is neither root nor this process's user nor \a owner. Looks at
/// each folder from "/" on and at each symbolic link and where it leads to. What may be written by
/// others is a fault, but not a folder with the sticky bit, in which each can only move his own, if
/// what follows in it belongs to root or this process's user. A process that is not root's also
/// trusts its own groups. In a user namespace without root the overflow uid stands for root, but
/// not in a folder that others may write, nor with its group. What does not exist is not looked at.
/// A few system calls.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> distrustOfPath(
    const QString &path, std::optional<uid_t> owner = std::nullopt);

/// The same for a folder in which nobody else may make anything either, sticky bit or not.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> distrustOfFolder(const QString &folder);

/// What to do about such a fault, for the end of a message: "; root obeys only what nobody else can
/// change: give it to root (chown, chmod go-w), or run this as its owner".
[[nodiscard]] SEMPER_CORE_EXPORT QString remedyForDistrust();

} // namespace semper
