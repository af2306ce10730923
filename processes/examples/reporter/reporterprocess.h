// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "reportersettings.h"
#include "samplebuffer.h"

#include <semper/httpclient.h>
#include <semper/userprocess.h>

/// Measures every "interval_ms" how many connections its service has and what load its host is
/// under, and posts that to a receiver over HTTP. While the receiver is away the samples wait.
/// A sample arrives at least once: where only the answer was lost, twice. Its settings are
/// described in reportersettings.h.
class ReporterProcess : public semper::UserProcess
{
    Q_OBJECT
public:
    /// Throws semper::ConfigurationError for settings that make no sense.
    QCoro::Task<> run(semper::Process &process) override;

private:
    enum class Verdict {
        Taken,
        Refused, ///< for what it is: it would be refused again
        NotNow,
    };

    QCoro::Task<QJsonObject> measure(semper::Process &process);
    /// Posts what waits, oldest first, until all of it is gone or the receiver does not take it.
    QCoro::Task<> deliver(semper::Process &process, semper::HttpClient &http,
        const ReporterSettings &settings, SampleBuffer &buffer);
    QCoro::Task<Verdict> post(semper::Process &process, semper::HttpClient &http,
        const ReporterSettings &settings, QJsonArray samples);
    /// A change of \a complaint, which is empty while all is well, becomes the status.
    void tell(semper::Process &process, const QString &complaint);

    QString m_complaint;
};
