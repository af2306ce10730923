// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QMap>
#include <QString>
#include <QtGlobal>

#include <chrono>
#include <concepts>
#include <vector>

namespace semper {

class MetricStore;

/// What tells the series of one metric apart: {{u"queue"_s, u"mail"_s}}. At most 8, each at most 64
/// characters; a name is of letters, digits and _. Keep to few values: each makes a series.
using MetricLabels = QMap<QString, QString>;

namespace detail {

/// Where the values of one metric stand; a histogram needs all of them.
struct MetricCell
{
    double value = 0; ///< of a gauge or counter; the sum of a histogram
    qint64 count = 0;
    double min = 0;
    double max = 0;
    std::vector<double> bounds = {}; ///< of the buckets, rising
    std::vector<qint64> counts = {}; ///< how many values each bucket has, without those before it
};

template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

} // namespace detail

/// A number that rises and falls: the length of a queue, a temperature. Handles are cheap to
/// copy, last as long as their Process, and are for its thread.
class SEMPER_CORE_EXPORT Gauge
{
public:
    Gauge(MetricStore &store, detail::MetricCell &cell);

    /// A value that is not finite is not taken.
    void set(double value) const;
    template <detail::Number T>
    void set(T value) const
    {
        set(static_cast<double>(value));
    }
    [[nodiscard]] double value() const { return m_cell->value; }

private:
    MetricStore *m_store;
    detail::MetricCell *m_cell;
};

/// A total that only rises, from 0 at each launch: jobs done, bytes read.
class SEMPER_CORE_EXPORT Counter
{
public:
    Counter(MetricStore &store, detail::MetricCell &cell);

    /// An amount below 0, or not finite, is not taken.
    void add(double amount) const;
    template <detail::Number T>
    void add(T amount) const
    {
        add(static_cast<double>(amount));
    }
    void add() const { add(1.0); }
    [[nodiscard]] double value() const { return m_cell->value; }

private:
    MetricStore *m_store;
    detail::MetricCell *m_cell;
};

/// Many measurements of one thing: how often, their sum, the least and the greatest since the
/// launch, and how many are within each bucket, if it has some.
class SEMPER_CORE_EXPORT Histogram
{
public:
    Histogram(MetricStore &store, detail::MetricCell &cell);

    /// A value that is not finite is not taken.
    void record(double value) const;
    template <detail::Number T>
    void record(T value) const
    {
        record(static_cast<double>(value));
    }
    /// In milliseconds: give the metric a name that ends in _ms.
    template <class Rep, class Period>
    void record(std::chrono::duration<Rep, Period> duration) const
    {
        record(std::chrono::duration<double, std::milli>(duration).count());
    }
    [[nodiscard]] qint64 count() const { return m_cell->count; }
    [[nodiscard]] double sum() const { return m_cell->value; }

private:
    MetricStore *m_store;
    detail::MetricCell *m_cell;
};

} // namespace semper
