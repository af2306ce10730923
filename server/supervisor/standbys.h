// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/standbypool.h"

#include <semper/semper_server_export.h>

#include <QObject>
#include <QString>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace semper {

class SupervisedProcess;

/// The hosts in standby of a whole server, by process. Supervision's thread.
class SEMPER_SERVER_EXPORT Standbys : public QObject
{
    Q_OBJECT
public:
    /// \a edges must outlive it.
    explicit Standbys(const SupervisorEdges &edges, QObject *parent = nullptr);
    ~Standbys() override;

    /// From now on those of \a process are as \a spec says; others are ended.
    void set(const QString &process, const ProcessSpec &spec);
    [[nodiscard]] bool has(const QString &process) const { return m_pools.contains(process); }
    /// Something changed of \a instances, which are all that \a process has.
    void follow(const QString &process, const QList<SupervisedProcess *> &instances);
    /// Ends all of them; new ones are not started any more.
    void endAll();
    /// Not even one on its way out is there.
    [[nodiscard]] bool isEmpty() const;

    [[nodiscard]] int waiting(const QString &process) const;
    [[nodiscard]] std::optional<StandbyLaunch> take(const QString &process);
    /// The host of \a process with \a token; null if there is none.
    [[nodiscard]] StandbyHost *find(const QString &process, const QByteArray &token) const;

Q_SIGNALS:
    /// waiting() of \a process, or isEmpty().
    void changed(const QString &process);

private:
    void retire(std::unique_ptr<StandbyPool> pool);

    const SupervisorEdges &m_edges;
    std::map<QString, std::unique_ptr<StandbyPool>> m_pools;
    std::vector<std::unique_ptr<StandbyPool>> m_retired; ///< their hosts are on their way out
    bool m_ending = false;
};

} // namespace semper
