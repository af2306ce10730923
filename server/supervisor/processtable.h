// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "supervisor/companions.h"
#include "supervisor/supervisedprocess.h"

#include <semper/semper_server_export.h>

#include <QList>
#include <QMap>
#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace semper {

/// The processes of a server by name and instance, and what each name stands for. Owns them.
/// Supervision's thread.
class SEMPER_SERVER_EXPORT ProcessTable
{
public:
    struct Description
    {
        QString service;
        SharedSpec spec;
    };

    /// \a edges must outlive it. \a added is called with each process that is new.
    ProcessTable(const SupervisorEdges &edges, std::function<void(SupervisedProcess *)> added);
    ~ProcessTable();
    Q_DISABLE_COPY_MOVE(ProcessTable)

    /// What \a name stands for from now on, for the instances that there are already as well.
    void describe(const QString &service, const QString &name, const ProcessSpec &spec);
    /// \a name stands for nothing any more; its instances stay until each is removed.
    void forget(const QString &name);
    /// Of a name that is described, and an instance that is not there.
    void add(const QString &name, int instance);
    /// Later, from the event loop: this may be called inside one of its signals.
    void remove(SupervisedProcess *process);

    [[nodiscard]] const std::map<QString, Description> &descriptions() const
    {
        return m_descriptions;
    }
    [[nodiscard]] bool knows(const QString &name) const { return m_descriptions.contains(name); }
    [[nodiscard]] QStringList names() const; ///< sorted
    /// The specs of all names.
    [[nodiscard]] QMap<QString, ProcessSpec> specs() const;

    /// Null when there is none.
    [[nodiscard]] SupervisedProcess *find(const QString &name, int instance) const;
    [[nodiscard]] bool contains(const SupervisedProcess *process) const
    {
        return find(process->name(), process->instance()) == process;
    }
    /// Sorted by name, then instance; as they are now, whatever is added and removed later.
    [[nodiscard]] QList<SupervisedProcess *> all() const;
    /// Whether \a holds is true of each of them; looks no further than the first of which it is
    /// not.
    [[nodiscard]] bool areAll(const std::function<bool(const SupervisedProcess &)> &holds) const;
    [[nodiscard]] QList<SupervisedProcess *> instancesOf(const QString &name) const;
    [[nodiscard]] const Companions &companions() const { return m_companions; }

private:
    using Key = std::pair<QString, int>;

    const SupervisorEdges &m_edges;
    std::function<void(SupervisedProcess *)> m_added;
    std::map<QString, Description> m_descriptions; ///< by name
    Companions m_companions;
    std::map<Key, std::unique_ptr<SupervisedProcess>> m_processes;
};

} // namespace semper
