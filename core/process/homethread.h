// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <thread>

namespace semper {

/// The thread that something belongs to: the one that made it. Costs a comparison to check.
class SEMPER_CORE_EXPORT HomeThread
{
public:
    /// Logs, and throws std::logic_error, on any other thread; \a call is what was called there.
    void check(const char *call) const
    {
        if (std::this_thread::get_id() != m_id)
            complain(call);
    }

private:
    [[noreturn]] static void complain(const char *call);

    std::thread::id m_id = std::this_thread::get_id();
};

} // namespace semper
