// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QTimer>

#include <functional>

#include <sys/types.h>

namespace semper {

/// Knows what launches left behind. As a subreaper the server adopts the orphans of its processes:
/// they are told apart by session and by the launch id in their environment, and reaped by pid.
/// waitpid(-1) would steal exits from QProcess.
class OrphanKeeper : public QObject
{
    Q_OBJECT
public:
    /// \a isLaunch tells whether a child is a launch that somebody else waits for. The kernel gives
    /// orphans to the program's first thread: where launches are another thread's children, looking
    /// for orphans costs the same however many launches there are.
    explicit OrphanKeeper(std::function<bool(pid_t)> isLaunch, QObject *parent = nullptr);
    ~OrphanKeeper() override;

    /// The orphans that a launch left or has set free while it runs: the session \a session and
    /// whatever carries \a mark ("NAME=value") in its environment.
    [[nodiscard]] QList<pid_t> orphansOf(pid_t session, const QByteArray &mark) const;

    /// Some child ended: reaps adopted ones soon, many at a time.
    void childEnded();

Q_SIGNALS:
    void someEnded(); ///< see childEnded()

private:
    /// Reaps the orphans that ended and returns the others.
    [[nodiscard]] QList<pid_t> livingOrphans() const;
    [[nodiscard]] QList<pid_t> childrenNow() const;

    std::function<bool(pid_t)> m_isLaunch;
    int m_children; ///< the kernel's list of them; open all the time, as each restart looks
    QTimer m_reapSoon;
};

} // namespace semper
