// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "protocol/growingdelay.h"
#include "supervision/instant.h"
#include "supervisor/standbyhost.h"

#include <semper/processspec.h>

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace semper {

/// Keeps the hosts that one process has in standby, for all its instances. Supervision's thread.
class StandbyPool : public QObject
{
    Q_OBJECT
public:
    /// How much its process needs hosts that wait.
    enum class Need {
        None, ///< nothing of it will be launched by itself: they are ended
        Kept, ///< those that are there are; no new ones while it is being launched
        Filled, ///< missing ones are started, a moment later and one after the other
    };

    /// \a edges must outlive it. Begins with Need::None.
    StandbyPool(
        QString process, ProcessSpec spec, const SupervisorEdges &edges, QObject *parent = nullptr);
    ~StandbyPool() override;

    void setNeed(Need need);
    /// How many can be taken now.
    [[nodiscard]] int waiting() const;
    /// Not even one on its way out is there.
    [[nodiscard]] bool isEmpty() const { return m_hosts.empty(); }
    /// The host with \a token; null if none has it.
    [[nodiscard]] StandbyHost *find(const QByteArray &token) const;
    /// One that waits; nothing where none does. What was made from files that have changed since
    /// is ended instead.
    [[nodiscard]] std::optional<StandbyLaunch> take();

Q_SIGNALS:
    /// waiting() or isEmpty().
    void changed();

private:
    [[nodiscard]] int missing() const;
    void refill();
    void refillLater();
    void hostEnded(StandbyHost *host, const QString &how);
    void remove(const StandbyHost *host);

    QString m_process;
    ProcessSpec m_spec;
    const SupervisorEdges &m_edges;
    Need m_need = Need::None;
    std::vector<std::unique_ptr<StandbyHost>> m_hosts;
    QTimer m_refill;
    /// Before the next one. At first long enough for a restart to be over: loading must not take
    /// the processor from it.
    GrowingDelay m_pause{std::chrono::milliseconds(100), std::chrono::seconds(60)};
    Instant m_lastStart;
};

} // namespace semper
