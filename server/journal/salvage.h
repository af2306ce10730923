// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/journalevent.h"

#include <QString>

#include <functional>

namespace semper {

/// Reads what is left in a damaged file of EventStore at \a path, and in its log beside it, without
/// SQLite and without the tree that leads to the events: each page is looked at by itself, and what
/// is no whole event is passed over. So nothing is lost but what the damage hit. Hands each event
/// to \a take, in no order, some twice, also some that were removed lately.
SEMPER_SERVER_EXPORT void salvageEvents(
    const QString &path, const std::function<void(JournalEvent event)> &take);

} // namespace semper
