// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHashFunctions>
#include <QList>
#include <QMetaType>
#include <QString>

namespace semper::dashboard {

/// Names one instance of a process for as long as a server lives. Commands are bound to it,
/// never to a row of a table: rows move.
struct ProcessId
{
    QString name;
    int instance = 0;

    /// As the protocol addresses it: "name:instance".
    [[nodiscard]] QString selector() const { return name + u':' + QString::number(instance); }

    friend bool operator==(const ProcessId &, const ProcessId &) = default;
    friend size_t qHash(const ProcessId &id, size_t seed = 0) noexcept
    {
        return qHashMulti(seed, id.name, id.instance);
    }
};

using ProcessIds = QList<ProcessId>;

} // namespace semper::dashboard

Q_DECLARE_METATYPE(semper::dashboard::ProcessId)
