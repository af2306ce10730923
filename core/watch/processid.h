// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <QHashFunctions>
#include <QList>
#include <QMetaType>
#include <QString>

#include <tuple>

namespace semper {

/// Names one instance of a process for as long as a server lives. By name, then instance.
struct ProcessId
{
    QString name;
    int instance = 0;

    /// As the protocol addresses it: "name:instance".
    [[nodiscard]] QString selector() const { return name + u':' + QString::number(instance); }

    friend bool operator==(const ProcessId &, const ProcessId &) = default;
    friend bool operator<(const ProcessId &one, const ProcessId &other)
    {
        return std::tie(one.name, one.instance) < std::tie(other.name, other.instance);
    }
    friend size_t qHash(const ProcessId &id, size_t seed = 0) noexcept
    {
        return qHashMulti(seed, id.name, id.instance);
    }
};

using ProcessIds = QList<ProcessId>;

} // namespace semper

Q_DECLARE_METATYPE(semper::ProcessId)
