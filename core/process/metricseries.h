// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/metrics.h>
#include <semper/semper_core_export.h>

#include <QAnyStringView>
#include <QString>

#include <optional>

namespace semper {

inline constexpr qsizetype maximumMetricNameLength = 64;
inline constexpr qsizetype maximumLabels = 8; ///< of one metric
inline constexpr qsizetype maximumLabelLength = 64; ///< of a name, and of a value

/// How a metric with its labels is called on the wire, as Prometheus writes it:
/// `jobs{kind="mail",queue="fast"}`. Nothing for a name or a label that cannot be.
[[nodiscard]] SEMPER_CORE_EXPORT std::optional<QString> seriesName(
    QAnyStringView name, const MetricLabels &labels);

} // namespace semper
