// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/serverconfig.h"

#include <semper/semper_server_export.h>

#include <QJsonObject>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

namespace semper {

class Journal;
class LoopMeter;

/// Sees whether the services' event loop turns. One that does not for as long as the watchdog says
/// has hung: there is an event, and the stack of its thread in the log; and another event once it
/// turns again. Looks only while the loop has something to do. Supervision's thread.
class SEMPER_SERVER_EXPORT ServiceLoopWatch : public QObject
{
    Q_OBJECT
public:
    /// Has work run in the loop of this object, from any thread.
    using Post = std::function<void(std::function<void()>)>;

    explicit ServiceLoopWatch(Journal &journal);

    /// \a loop lives until forget().
    void watch(LoopMeter &loop, Post post, const ServiceLoopSpec &spec);
    void forget();
    /// Obeyed from now on.
    void setSpec(const ServiceLoopSpec &spec);
    [[nodiscard]] bool isHung() const { return m_isHung; }
    /// {"state": "running" or "hung", "lag_ms": how long the longest turn took, or takes, since
    /// the last time that somebody asked, "hung_ms": since when it hangs, or null}
    [[nodiscard]] QJsonObject toJson() const;

Q_SIGNALS:
    void changed(); ///< it has hung, or turns again
    void restartNeeded(); ///< it has hung, and the configuration says what then

private:
    void begin();
    void expectTurn();
    void look();
    void hang();
    void recover();

    Journal &m_journal;
    LoopMeter *m_loop = nullptr;
    Post m_post;
    ServiceLoopSpec m_spec;
    QTimer m_look;
    qint64 m_turn = 0; ///< that was under way at the last look
    int m_looks = 0; ///< at it, since the first
    bool m_isHung = false;
    std::chrono::steady_clock::time_point m_hungSince;
};

} // namespace semper
