// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace semper {

/// One of the descriptors that the clients of all services have together, for as long as it lives.
/// The thread of its event loop.
class DescriptorShare
{
public:
    DescriptorShare();
    ~DescriptorShare();
    Q_DISABLE_COPY_MOVE(DescriptorShare)

    /// Whether there is one more for clients: see descriptorsForClients().
    [[nodiscard]] static bool isFree();
};

} // namespace semper
