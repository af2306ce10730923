// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/childsetup.h"

#include <QtGlobal>

#include <memory>
#include <vector>

namespace semper {

/// Memory that children share with the server until they are executed, whichever way they are
/// forked: there a child tells what failed. QProcess's own way back tells only of exec.
class FaultSlots
{
public:
    explicit FaultSlots(std::size_t count);
    ~FaultSlots();
    Q_DISABLE_COPY_MOVE(FaultSlots)

    /// A slot without a fault; at most as many at once as there are.
    [[nodiscard]] ChildFault *take();
    /// Gives \a slot back, and what was told there.
    ChildFault give(ChildFault *slot);

private:
    std::size_t m_bytes;
    void *m_memory;
    std::vector<ChildFault *> m_free;
};

} // namespace semper
