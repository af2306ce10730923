// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>

#include <sys/types.h>

namespace semper::test {

/// The end of sd_notify(3) that a service manager holds: a datagram socket that knows who sends.
class NotifyListener
{
public:
    struct Message
    {
        pid_t sender = 0; ///< as the kernel says
        QByteArrayList assignments;

        /// What \a name is set to; nothing where it is not.
        [[nodiscard]] QByteArray value(const QByteArray &name) const;
    };

    /// \a name as in NOTIFY_SOCKET: a path, or "@" and an abstract name.
    explicit NotifyListener(const QByteArray &name);
    NotifyListener(const NotifyListener &) = delete;
    NotifyListener &operator=(const NotifyListener &) = delete;
    ~NotifyListener();

    /// Reads what has come. Does not block.
    void read();
    /// All that was read so far.
    [[nodiscard]] const QList<Message> &messages() const { return m_messages; }
    /// What has come reads \a assignment ("READY=1") so many times.
    [[nodiscard]] int count(const QByteArray &assignment);
    /// The first message with \a assignment; an empty one without.
    [[nodiscard]] Message firstWith(const QByteArray &assignment);
    void forget() { m_messages.clear(); }

private:
    int m_socket;
    QList<Message> m_messages;
};

} // namespace semper::test
