// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <optional>

namespace semper {

/// Hands descriptors to a thread that has a table of its own.
class DescriptorMail
{
public:
    struct Letter
    {
        quint64 id = 0;
        int descriptor = -1; ///< in the taker's table, close-on-exec; -1: there was no room for it
    };

    DescriptorMail();
    ~DescriptorMail();
    Q_DISABLE_COPY_MOVE(DescriptorMail)

    /// Sends a copy of \a descriptor, which stays the caller's. False, with errno, if it could not
    /// be sent. Blocks while the letters that the kernel holds wait for the taker.
    [[nodiscard]] bool send(int descriptor, quint64 id) const;
    /// The next letter, in the taker's thread; nothing when there is none.
    [[nodiscard]] std::optional<Letter> take() const;
    /// What the taker watches, and keeps in its table.
    [[nodiscard]] int inbox() const { return m_inbox; }

private:
    int m_inbox = -1;
    int m_outbox = -1;
};

} // namespace semper
