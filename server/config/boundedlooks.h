// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/boundedwork.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <system_error>

namespace semper {

/// Looks at files one after the other, and waits for none for ever: for a second each, and for less
/// once several file systems, or one that many files are in, did not answer. Blocks that long.
class BoundedLooks
{
public:
    /// What \a see returns, or nothing where it does not in time; it must own all that it touches,
    /// and may outlive this.
    template <typename Seen, typename See>
    [[nodiscard]] std::optional<Seen> look(See see)
    {
        using namespace std::chrono_literals;
        auto seen = std::make_shared<std::optional<Seen>>();
        std::shared_future<void> done;
        try {
            done = beginDetached([seen, see] { *seen = see(); });
        } catch (const std::system_error &) {
            return see(); // no thread is to be had
        }
        const auto limit = std::clamp<std::chrono::milliseconds>(m_left, 20ms, 1s);
        if (done.wait_for(limit) == std::future_status::ready)
            return *seen;
        m_left -= limit;
        return std::nullopt;
    }

private:
    std::chrono::milliseconds m_left{5000}; ///< of silence, in all
};

} // namespace semper
