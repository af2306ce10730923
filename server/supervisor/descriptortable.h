// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

namespace semper {

/// Gives the calling thread a table of descriptors of its own, in which only \a kept are open. Each
/// launch copies the table of the thread that launches it, and closes all of the copy before it is
/// executed, so that what stands in another table costs it nothing. False, and the table stays
/// shared, where the kernel refuses. Call it first in the thread. Source: unshare(2), CLONE_FILES.
bool takeOwnDescriptorTable(QList<int> kept);

} // namespace semper
