// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QList>
#include <QString>

namespace semper {

/// What `semper new` calls things: "orders-monitor" has the class OrdersMonitorProcess in
/// ordersmonitorprocess.h. Of a name that begins with a digit, "Process" comes first: a class
/// cannot.
struct ProjectNames
{
    QString name; ///< of folder, node and process
    QString className;
    QString file; ///< of the class, without its suffix

    /// \a name follows the rule for names.
    [[nodiscard]] SEMPER_SERVER_EXPORT static ProjectNames of(const QString &name);
    friend bool operator==(const ProjectNames &, const ProjectNames &) = default;
};

struct ProjectFile
{
    QString path; ///< from the project's folder
    QByteArray contents;
};

/// The files of a new project, from the templates that are compiled in (resources/new).
[[nodiscard]] QList<ProjectFile> projectFiles(const ProjectNames &names);

} // namespace semper
