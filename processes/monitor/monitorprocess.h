// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/userprocess.h>

#include <optional>

struct Recording;

/// Watches its service and its host: every "interval_ms" it reads how many connections are open,
/// and the host's load, memory and disk, shows them as metrics and keeps them as a row of an
/// SQLite database. Its settings are described in monitorsettings.h.
class MonitorProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    /// Throws ConfigurationError for settings that make no sense. A database that cannot be
    /// written is no reason to end: it is told as status and metric, and tried again.
    QCoro::Task<> run(semper::Process &process) override;

private:
    /// Nothing where the server does not answer.
    QCoro::Task<std::optional<qint64>> countConnections(semper::Process &process);
    void show(semper::Process &process, const Recording &recording);

    /// A change of \a complaint, which is empty while all is well, becomes the status.
    void tell(semper::Process &process, const QString &complaint);

    QString m_complaint;
};
