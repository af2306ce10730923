// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/format.h"
#include "view/chart.h"

#include <QLocale>

namespace semper::dashboard {

QString ChartSource::title() const
{
    switch (what) {
    case What::Cpu:
        return Chart::tr("CPU");
    case What::Memory:
        return Chart::tr("Memory");
    case What::Metric:
        break;
    }
    switch (kind) {
    case MetricKind::Gauge:
        return name;
    case MetricKind::Counter:
        return Chart::tr("%1, per second").arg(name);
    case MetricKind::Histogram:
        return Chart::tr("%1, mean").arg(name);
    }
    Q_UNREACHABLE();
}

const Series *ChartSource::seriesOf(const MetricHistory &history) const
{
    switch (what) {
    case What::Cpu:
        return &history.cpu();
    case What::Memory:
        return &history.memory();
    case What::Metric:
        break;
    }
    const auto it = history.metrics().find(name);
    return it == history.metrics().end() ? nullptr : &it->second.series;
}

QString ChartSource::format(double value) const
{
    switch (what) {
    case What::Cpu:
        return format::percent(value);
    case What::Memory:
        return format::bytes(value);
    case What::Metric:
        break;
    }
    return kind == MetricKind::Counter && !isBytes() ? format::number(value)
                                                     : format::metric(name, value);
}

QString ChartSource::formatTick(double value) const
{
    if (value == 0)
        return QLocale().toString(0);
    if (what == What::Cpu || (what == What::Metric && name.endsWith(u"_ratio")))
        return Chart::tr("%1 %").arg(format::number(value * 100));
    return isBytes() ? QLocale().formattedDataSize(qint64(value), 0) : format(value);
}

bool ChartSource::isBytes() const
{
    return what == What::Memory || (what == What::Metric && name.endsWith(u"_bytes"));
}

} // namespace semper::dashboard
