// SPDX-License-Identifier: LGPL-3.0-or-later
#include "process/metricstore.h"

#include "protocol/keys.h"

#include <QJsonDocument>
#include <QLoggingCategory>

#include <algorithm>
#include <utility>

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logMetrics, "semper.process.metrics", QtInfoMsg)

[[nodiscard]] bool isLetter(QChar c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || c == u'_';
}

[[nodiscard]] bool isNamePart(QChar c)
{
    return isLetter(c) || (c >= u'0' && c <= u'9') || c == u':' || c == u'.';
}

} // namespace

MetricStore::MetricStore(std::function<void()> changed)
    : m_changed(std::move(changed))
{ }

Gauge MetricStore::gauge(QStringView name)
{
    return {*this, cell(m_gauges, name)};
}

Counter MetricStore::counter(QStringView name)
{
    return {*this, cell(m_counters, name)};
}

Histogram MetricStore::histogram(QStringView name)
{
    return {*this, cell(m_histograms, name)};
}

bool MetricStore::setReport(const QJsonObject &report)
{
    const qsizetype size = QJsonDocument(report).toJson(QJsonDocument::Compact).size();
    if (size > maximumReportBytes) {
        qCWarning(logMetrics, "a report of %lld bytes was not taken: at most %lld are",
            qint64(size), qint64(maximumReportBytes));
        return false;
    }
    m_report = report;
    touch();
    return true;
}

bool MetricStore::isName(QStringView name)
{
    return !name.isEmpty() && name.size() <= maximumNameLength && isLetter(name.front())
        && std::ranges::all_of(name, isNamePart);
}

QJsonObject MetricStore::toJson() const
{
    const auto values = [](const Cells &cells) {
        QJsonObject object;
        for (const auto &[name, cell] : cells)
            object.insert(name, cell.value);
        return object;
    };
    QJsonObject histograms;
    for (const auto &[name, cell] : m_histograms) {
        histograms.insert(name,
            QJsonObject{
                {keys::count, cell.count},
                {keys::sum, cell.value},
                {keys::min, cell.min},
                {keys::max, cell.max},
            });
    }
    return {
        {keys::gauges, values(m_gauges)},
        {keys::counters, values(m_counters)},
        {keys::histograms, histograms},
        {keys::report, m_report},
    };
}

bool MetricStore::accepts(bool valid)
{
    if (!valid && !std::exchange(m_toldValue, true))
        qCWarning(logMetrics,
            "a value was not taken: a metric's values are finite, and what is "
            "added to a counter is not below 0 (told once)");
    return valid;
}

detail::MetricCell &MetricStore::cell(Cells &cells, QStringView name)
{
    if (const auto found = cells.find(name); found != cells.end())
        return found->second;
    if (!isName(name)) {
        if (!std::exchange(m_toldName, true))
            qCWarning(logMetrics,
                "no metric can be called \"%ls\": a letter or _, then letters, digits, _, : or ., "
                "at most %lld in all (told once)",
                qUtf16Printable(name.left(maximumNameLength).toString()),
                qint64(maximumNameLength));
        return m_nowhere;
    }
    if (qsizetype(m_gauges.size() + m_counters.size() + m_histograms.size()) >= maximumMetrics) {
        if (!std::exchange(m_toldFull, true))
            qCWarning(logMetrics,
                "metric \"%ls\" is not sent: a process has at most %lld (told once)",
                qUtf16Printable(name.toString()), qint64(maximumMetrics));
        return m_nowhere;
    }
    return cells.emplace(name.toString(), detail::MetricCell{}).first->second;
}

} // namespace semper
