// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace semper {

/// A control group that a process is in, as it can be seen from here.
struct SEMPER_CORE_EXPORT ControlGroup
{
    enum class Version { One, Two };

    Version version;
    QString folder; ///< the group's; where that is out of sight, the mount point
    QString mount; ///< the mount point of its hierarchy
    bool isInSight = true; ///< folder is the group's own

    /// Its folder and those of the groups that it lies in, as far as they can be seen.
    [[nodiscard]] QStringList foldersUpwards() const;
};

/// The hierarchies of control groups that are mounted: of version 2, and those of version 1 that
/// have a certain controller.
class SEMPER_CORE_EXPORT ControlGroups
{
public:
    /// Reads the mounts. \a root stands for "/", in tests.
    explicit ControlGroups(QByteArray controller, QString root = {});

    /// The groups of the process \a pid, or of "self", one for each mount. Reads a small file of
    /// memory.
    [[nodiscard]] QList<ControlGroup> of(const QString &pid) const;

private:
    struct Mount
    {
        ControlGroup::Version version;
        QString top; ///< the group that is seen at the mount point
        QString point;
    };

    [[nodiscard]] static ControlGroup groupAt(const Mount &mount, const QString &path);

    QByteArray m_controller;
    QString m_root;
    QList<Mount> m_mounts;
};

} // namespace semper
