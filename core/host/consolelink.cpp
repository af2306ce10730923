// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/consolelink.h"

#include "protocol/controlcharacters.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/messagekeys.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QStringList>
#include <QTime>

#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

[[nodiscard]] QString compact(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

[[nodiscard]] QString number(double value)
{
    return QString::number(value, 'g', value < 1e6 ? 6 : 15);
}

[[nodiscard]] QString describe(const QJsonValue &metric)
{
    if (!metric.isObject())
        return number(metric.toDouble());
    const double count = metric[keys::count].toDouble();
    return u"%1 (mean %2, %3 to %4)"_s.arg(number(count),
        number(count > 0 ? metric[keys::sum].toDouble() / count : 0),
        number(metric[keys::min].toDouble()), number(metric[keys::max].toDouble()));
}

} // namespace

ConsoleLink::ConsoleLink(QJsonObject settings, std::FILE *output, Form form, QObject *parent)
    : ProcessLink(parent)
    , m_settings(std::move(settings))
    , m_output(output)
    , m_form(form)
{ }

void ConsoleLink::open()
{
    QMetaObject::invokeMethod(
        this,
        [this] {
            Q_EMIT frameReceived(makeFrame(frames::welcome, {{keys::settings, m_settings}}));
        },
        Qt::QueuedConnection);
}

bool ConsoleLink::send(const QJsonObject &frame)
{
    if (frame.value(keys::type) == frames::request)
        QMetaObject::invokeMethod(
            this, [this, frame] { answer(frame); }, Qt::QueuedConnection);
    if (m_form == Form::Text) {
        printText(frame);
        return true;
    }
    QJsonObject told = frame;
    told.insert(keys::at, wireTime(QDateTime::currentDateTimeUtc()));
    write(escapeControls(encodeFrame(told)));
    return true;
}

void ConsoleLink::printText(const QJsonObject &frame)
{
    const QString type = frame.value(keys::type).toString();
    if (type == frames::metrics)
        printMetrics(frame);
    else if (type == frames::title || type == frames::status)
        print(type == frames::title ? frames::title : frames::status,
            frame.value(keys::text).toString());
    else if (type == frames::ready)
        print(frames::ready, frame.value(keys::ready).toBool(true) ? u"yes"_s : u"no"_s);
    else if (type == frames::message)
        print(frames::message, compact(frame.value(keys::payload).toObject()));
    else if (type == frames::fault)
        print(frames::fault, frame.value(keys::what).toString());
}

void ConsoleLink::flush(std::chrono::milliseconds)
{
    std::fflush(m_output);
}

void ConsoleLink::print(QLatin1StringView what, const QString &text)
{
    const QString line = u"%1  %2 %3\n"_s.arg(QTime::currentTime().toString(u"HH:mm:ss.zzz"_s),
        QString(what).leftJustified(8), withoutControls(text));
    write(line.toUtf8());
}

void ConsoleLink::write(const QByteArray &line)
{
    std::fwrite(line.constData(), 1, size_t(line.size()), m_output);
    std::fflush(m_output);
}

void ConsoleLink::printMetrics(const QJsonObject &frame)
{
    QStringList changed;
    for (const QLatin1StringView kind : {keys::gauges, keys::counters, keys::histograms}) {
        const QJsonObject now = frame.value(kind).toObject();
        const QJsonObject before = m_lastMetrics.value(kind).toObject();
        for (auto it = now.constBegin(); it != now.constEnd(); ++it) {
            if (before.value(it.key()) != it.value())
                changed.append(u"%1=%2"_s.arg(it.key(), describe(it.value())));
        }
    }
    if (!changed.isEmpty())
        print(frames::metrics, changed.join(u"  "_s));
    const QJsonObject report = frame.value(keys::report).toObject();
    if (report != m_lastMetrics.value(keys::report).toObject())
        print(keys::report, compact(report));
    m_lastMetrics = frame;
}

void ConsoleLink::answer(const QJsonObject &request)
{
    if (request.value(keys::method) == methods::askService) {
        const QJsonObject error{
            {keys::code, codes::noService}, {keys::detail, u"there is no server here"_s}};
        Q_EMIT frameReceived(makeFrame(
            frames::response, {{keys::id, request.value(keys::id)}, {keys::error, error}}));
        return;
    }
    Q_EMIT frameReceived(makeFrame(frames::response,
        {{keys::id, request.value(keys::id)}, {keys::result, QJsonArray()}, {keys::last, true}}));
}

} // namespace semper
