// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/appearance.h"

#include "view/theme.h"

#include <QApplication>
#include <QStyle>
#include <QStyleFactory>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

namespace {

bool desktopHasPalette()
{
    return qEnvironmentVariableIsSet("XDG_CURRENT_DESKTOP")
        || qEnvironmentVariableIsSet("QT_QPA_PLATFORMTHEME");
}

} // namespace

QString toString(Appearance appearance)
{
    switch (appearance) {
    case Appearance::System:
        return u"system"_s;
    case Appearance::Light:
        return u"light"_s;
    case Appearance::Dark:
        return u"dark"_s;
    }
    Q_UNREACHABLE();
}

std::optional<Appearance> appearanceFromString(QStringView text)
{
    for (const Appearance appearance : {Appearance::System, Appearance::Light, Appearance::Dark})
        if (toString(appearance) == text)
            return appearance;
    return std::nullopt;
}

void applyAppearance(Appearance appearance)
{
    static const QString systemStyle = QApplication::style()->objectName();
    const bool system = appearance == Appearance::System;
    // Other styles take their colours from elsewhere; this one obeys a palette to the letter.
    QApplication::setStyle(QStyleFactory::create(system ? systemStyle : u"fusion"_s));
    if (system && desktopHasPalette())
        QApplication::setPalette(QPalette());
    else
        QApplication::setPalette(
            appearance == Appearance::Dark ? theme::darkPalette() : theme::lightPalette());
}

} // namespace semper::dashboard
