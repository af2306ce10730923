// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMultiHash>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

#include <sys/types.h>

namespace semper {

/// Knows what launches left behind. As a subreaper the server adopts the orphans of its processes:
/// they are told apart by session and by the launch id in their environment, and reaped by pid.
/// waitpid(-1) would steal exits from QProcess, and so would reaping a child in a session of its
/// own that a handler has started: what carries no mark of a launch is left to whoever waits for
/// it, and reaped only when nobody has for a minute. Each orphan is looked at once and remembered,
/// so that a death costs the same however much others have left behind: what it reads each time is
/// the kernel's list of children alone.
class SEMPER_SERVER_EXPORT OrphanKeeper : public QObject
{
    Q_OBJECT
public:
    struct Found
    {
        QList<pid_t> orphans;
        bool isComplete = true; ///< false: so many are new that not all were looked at yet; they
                                ///< are soon
    };

    /// \a isLaunch tells whether a child is a launch that somebody else waits for. The kernel gives
    /// orphans to the program's first thread; launches are another thread's children, so that
    /// looking for orphans costs the same however many launches there are.
    explicit OrphanKeeper(std::function<bool(pid_t)> isLaunch, QObject *parent = nullptr);
    ~OrphanKeeper() override;

    /// The living orphans that a launch left or has set free while it runs: the session \a session
    /// and whatever carries \a mark ("SEMPER_LAUNCH=...") in the first 256 KiB of its environment.
    /// Takes a few milliseconds at most.
    [[nodiscard]] Found orphansOf(pid_t session, const QByteArray &mark);

    /// \a pid was left by a launch, though it carries no mark: nobody else waits for it.
    void claim(pid_t pid);

    /// Some child ended: reaps adopted ones soon, many at a time.
    void childEnded();

Q_SIGNALS:
    void someEnded(); ///< see childEnded()

private:
    struct Orphan
    {
        pid_t session = 0;
        QByteArrayList marks;
        int looks = 0; ///< at its environment, while there was none
        /// No launch's, as far as is known: maybe somebody of this program waits for it.
        bool isUnclaimed = false;
        std::chrono::steady_clock::time_point endedBefore = {}; ///< of one that is unclaimed
    };

    void reapAll();
    void reapUnclaimed(pid_t pid, Orphan &orphan);
    /// Takes over what the kernel tells. False: there was not the time for all.
    bool update();
    void classify(pid_t pid, Orphan &orphan) const;
    void insert(pid_t pid, const Orphan &orphan);
    void forget(pid_t pid);
    /// Whether it still is there; reaps it if it has ended.
    [[nodiscard]] bool lives(pid_t pid);
    [[nodiscard]] QList<pid_t> childrenNow() const;

    std::function<bool(pid_t)> m_isLaunch;
    const pid_t m_ownSession;
    int m_children; ///< the kernel's list of them; open all the time, as each restart looks
    QHash<pid_t, Orphan> m_known;
    QMultiHash<pid_t, pid_t> m_bySession;
    QMultiHash<QByteArray, pid_t> m_byMark;
    QTimer m_reapSoon;
    QTimer m_lookSoon; ///< at new ones that there was not the time for
    QTimer m_reapLater; ///< what nobody waits for
};

} // namespace semper
