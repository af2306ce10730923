// SPDX-License-Identifier: LGPL-3.0-or-later
#include "reporterprocess.h"

#include <semper/requesterror.h>

#include <QDateTime>
#include <QFile>
#include <QLoggingCategory>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

Q_LOGGING_CATEGORY(logReporter, "semper.process.reporter", QtInfoMsg)

constexpr qsizetype samplesPerPost = 100;

/// Of a refusal: whether the same would be refused again. A token can be put right, a receiver
/// that is overrun gets better.
bool isForGood(int status)
{
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404
        && status != 408 && status != 425 && status != 429;
}

/// Read for each post, so that a token may be exchanged while this runs.
void showToken(semper::HttpClient &http, const QString &path)
{
    const auto refuse = [&path](const QString &why) {
        throw semper::HttpError(
            semper::HttpError::Kind::Protocol, u"the token file %1: %2"_s.arg(path, why));
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        refuse(file.errorString());
    try {
        http.setBearerToken(file.readAll());
    } catch (const std::invalid_argument &) { // which may be put right while this runs
        refuse(u"expected a single line"_s);
    }
}

} // namespace

SEMPER_USER_PROCESS(ReporterProcess)

QCoro::Task<> ReporterProcess::run(semper::Process &process)
{
    const ReporterSettings settings = ReporterSettings::fromJson(process.settings());
    process.setTitle(u"reporter");
    process.setStatus(u"posting to %1"_s.arg(settings.url.host()));
    SampleBuffer buffer(settings.bufferedSamples);
    semper::HttpClient http(process);
    http.setTimeout(std::clamp<std::chrono::milliseconds>(settings.interval, 1s, 30s));
    while (!process.stopRequested()) {
        const QJsonObject sample = co_await measure(process);
        process.counter(u"samples_dropped").add(buffer.append(sample) ? 0 : 1);
        co_await deliver(process, http, settings, buffer);
        co_await process.sleep(settings.interval);
    }
}

QCoro::Task<QJsonObject> ReporterProcess::measure(semper::Process &process)
{
    QJsonObject sample{{u"at"_s, QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs)}};
    try {
        const auto connections = co_await process.service().connections();
        sample[u"connections"_s] = connections.size();
    } catch (const semper::RequestError &error) {
        qCWarning(logReporter, "the connections are not known: %s", error.what());
    }
    double load = 0;
    if (::getloadavg(&load, 1) == 1)
        sample[u"load_1m"_s] = load;
    co_return sample;
}

QCoro::Task<> ReporterProcess::deliver(semper::Process &process, semper::HttpClient &http,
    const ReporterSettings &settings, SampleBuffer &buffer)
{
    Verdict verdict = Verdict::Taken;
    while (verdict != Verdict::NotNow && buffer.size() > 0) {
        process.gauge(u"samples_buffered").set(buffer.size());
        const QJsonArray samples = buffer.oldest(samplesPerPost);
        verdict = co_await post(process, http, settings, samples);
        if (verdict == Verdict::NotNow)
            continue;
        buffer.removeOldest(samples.size());
        process.counter(verdict == Verdict::Taken ? u"samples_sent" : u"samples_refused")
            .add(samples.size());
    }
    process.gauge(u"samples_buffered").set(buffer.size());
}

QCoro::Task<ReporterProcess::Verdict> ReporterProcess::post(semper::Process &process,
    semper::HttpClient &http, const ReporterSettings &settings, QJsonArray samples)
{
    const QJsonObject body{{u"process"_s, process.name()}, {u"instance"_s, process.instance()},
        {u"samples"_s, samples}};
    try {
        if (!settings.tokenFile.isEmpty())
            showToken(http, settings.tokenFile);
        const auto answer = co_await http.post(settings.url, body);
        if (answer.isSuccess()) {
            tell(process, QString());
            co_return Verdict::Taken;
        }
        tell(process, u"the receiver answers %1"_s.arg(answer.status()));
        if (isForGood(answer.status()))
            co_return Verdict::Refused;
    } catch (const semper::HttpError &error) {
        tell(process, QString::fromUtf8(error.what()));
    }
    process.counter(u"post_errors").add();
    co_return Verdict::NotNow;
}

void ReporterProcess::tell(semper::Process &process, const QString &complaint)
{
    if (std::exchange(m_complaint, complaint) == complaint)
        return;
    if (complaint.isEmpty()) {
        process.setStatus(u"posting again"_s);
    } else {
        qCWarning(logReporter, "%ls", qUtf16Printable(complaint));
        process.setStatus(u"not posting: %1"_s.arg(complaint));
    }
}
