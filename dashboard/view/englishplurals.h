// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTranslator>

namespace semper::dashboard {

/// The texts in the source are English but for their plurals, "%n line(s)". This translates those,
/// where no other translation does.
class EnglishPlurals : public QTranslator
{
    Q_OBJECT
public:
    using QTranslator::QTranslator;

    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(const char *context, const char *sourceText,
        const char *disambiguation, int number) const override;
};

} // namespace semper::dashboard
